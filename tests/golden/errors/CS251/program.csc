flow main():
    try:
        print(1 / 0)
    except ZeroDivision:
        print("no")
