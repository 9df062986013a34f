import ftplib
import http.client
import multiprocessing
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.request


def f(n):
    return 3 * n + 1
