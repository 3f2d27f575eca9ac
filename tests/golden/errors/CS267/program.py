import cascade as cs


@cs.flow
async def main(pages):
    async for page in pages:
        print(page)
