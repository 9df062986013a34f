import unittest


class Nothing(unittest.TestCase):
    def test_nothing(self):
        pass


unittest.main()
