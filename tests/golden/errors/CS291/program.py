import cascade as cs


@cs.flow
async def main():
    return await 5
