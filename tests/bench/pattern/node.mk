# Of the frontend.
test-unit:
	@node_modules/.bin/vitest run tests/unit/
