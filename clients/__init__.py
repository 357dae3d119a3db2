"""Other tools against the local AWS: `make test-clients`. Outside the suite, for they are fetched from registries."""
