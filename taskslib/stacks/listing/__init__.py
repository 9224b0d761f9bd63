"""What the engine has, as data: asked on its socket where that is here, else of Docker's client."""
