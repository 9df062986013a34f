import asyncio


async def times(n):
    await asyncio.sleep(0)
    return 3 * n


async def main(n):
    first, second = await asyncio.gather(times(n), asyncio.to_thread(int, 1))
    return first + second


def f(n):
    return asyncio.run(main(n))
