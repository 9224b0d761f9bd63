import { defineConfig } from "vitest/config";

export default defineConfig({
  server: {
    // As nginx does it in the image: the api knows nothing of the prefix.
    proxy: {
      "/api": {
        target: process.env["API_URL"] ?? "http://127.0.0.1:8000",
        rewrite: (path) => path.replace(/^\/api/, ""),
      },
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
  },
});
