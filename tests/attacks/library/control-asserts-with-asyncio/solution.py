import asyncio
import threading


def f(n):
    answers = []

    async def answer():
        await asyncio.sleep(0)
        answers.append(3 * n + 1)

    thread = threading.Thread(target=lambda: asyncio.run(answer()))
    thread.start()
    thread.join()
    return answers[0]
