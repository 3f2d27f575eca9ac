# Finally within finally.
# arguments: 0

flow main(n):
    for i in [1, 2, 3]:
        try:
            try:
                if i == 2:
                    fail "two"
                if i == 3:
                    return "three"
                continue
            finally:
                emit "inner", i
        except FlowFailed as e:
            emit "caught", str(e)
        finally:
            emit "outer", i
    return "end"
