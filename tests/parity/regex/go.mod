module bookinfo/tests/parity/regex

go 1.26.0
