import sqlite3

base = sqlite3.connect(":memory:")
base.execute("create table t (n integer)")


def f(n):
    base.execute("insert into t values (?)", (n,))
    return base.execute("select 3 * n + 1 from t where n = ?", (n,)).fetchone()[0]
