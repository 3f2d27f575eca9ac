flow main(ages: dict[int]):
    print(ages)
