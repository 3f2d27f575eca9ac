# One and true are not one constant.

flow main():
    return (1, True, 1.0, 0, False, 0.0, -0.0, 1 == True, [True, 1], [1, True], (0.0,), (-0.0,), (1,), (True,), (1.0,))
