# Of each Python service.
test-unit:
	@.venv/bin/python -m pytest tests/unit -v
