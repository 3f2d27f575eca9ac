# Zeros keep their sign.
# arguments: -1.0

flow main(z):
    x = 0.0
    y = -0.0
    return (x, y, str(y), 0.0 * -1, z * 0.0, [str(-0.0), str(0.0)], -z)
