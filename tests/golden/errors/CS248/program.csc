flow main():
    try:
        print("work")
    finally:
        return 1
