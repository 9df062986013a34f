# One image, for AWS Lambda and for `docker run`; docs/lambda.md tells how to use it.
#
#   docker build --target lambda .     what is deployed
#   docker build --target local .      the same with AWS's Lambda emulator, for this machine and for the tests
#
# Two environments of Python, which share the interpreter's library and nothing else:
#
#   /opt/verifier   the keeper's: our dependencies
#   /opt/sandbox    the submissions' and the testers': what sandbox_image/requirements.txt names
#   /var/task       our code and the suites. Apart from /opt/verifier, since the sandbox's interpreter loads some of it.
#
# The interpreter of each can be executed and not read: the kernel then lets nobody of the same user look into its
# processes (environment, memory). A tester holds expected values, and on Lambda it has the same user as a cell.
#
# Everything belongs to root, and nothing can be written to. No COPY --chmod, no mounts: the classic builder has neither.
#
# The same sources give the same files: packages are pinned by hash, bytecode goes by its source's hash, and all files
# have one date. To pin the last thing too: --build-arg PYTHON_IMAGE=python:3.13-slim-bookworm@sha256:...
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS base
ARG SOURCE_DATE_EPOCH=1577836800
# The standard library's bytecode: the image comes without, and a read-only root would have it compiled at every start.
RUN now=$(date +%s) \
 && PYTHONHASHSEED=0 python -m compileall -q --invalidation-mode unchecked-hash \
    -x '/(test|idlelib|turtledemo|ensurepip|site-packages)/' /usr/local/lib/python3.13 \
 && find /usr/local/lib/python3.13 -newermt "@$((now - 1))" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM base AS build
# An index of packages other than PyPI, where there is one.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG SOURCE_DATE_EPOCH=1577836800
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1 \
    PIP_ONLY_BINARY=:all: PIP_REQUIRE_HASHES=1 PIP_NO_DEPS=1 PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH}
WORKDIR /build

FROM build AS keeper
# --copies: the execute-only interpreter must be a file of its own.
RUN python -m venv --copies --without-pip /opt/verifier
COPY sandbox_image/keeper-requirements.txt requirements.txt
RUN pip --python /opt/verifier/bin/python install -r requirements.txt && pip --python /opt/verifier/bin/python check
# Of botocore's descriptions of 400 services (28 MB), those that are used: stores, other functions, a judge, credentials.
RUN cd /opt/verifier/lib/python3*/site-packages/botocore/data \
 && find . -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name lambda ! -name bedrock-runtime ! -name sts ! -name 'sso*' \
    -exec rm -r {} +
RUN site=$(echo /opt/verifier/lib/python3*/site-packages) \
 && echo /var/task > $site/task.pth \
 && /opt/verifier/bin/python -m compileall -q --invalidation-mode unchecked-hash $site \
 && cd /opt/verifier/bin \
 && mv python3.13 interpreter && rm -f activate* Activate* python python3* && mv interpreter python \
 && ln -s python python3 && ln -s python python3.13 \
 && chmod -R a=rX /opt/verifier && chmod 0711 python \
 && find /opt/verifier -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM build AS sandbox
RUN python -m venv --copies --without-pip /opt/sandbox
COPY sandbox_image/requirements.txt .
# Without numpy's tests of itself: 16 MB.
RUN pip --python /opt/sandbox/bin/python install -r requirements.txt && pip --python /opt/sandbox/bin/python check \
 && find /opt/sandbox/lib -type d -path '*/numpy/*' -name tests -prune -exec rm -r {} + \
 && /opt/sandbox/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/sandbox/lib \
 && cd /opt/sandbox/bin && mv python3.13 /opt/interpreter && rm -f * && mv /opt/interpreter python \
 && chmod -R a=rX /opt/sandbox && chmod 0711 python \
 && find /opt/sandbox -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM build AS task
COPY sandbox_image/build-requirements.txt requirements.txt
RUN pip install -r requirements.txt
COPY pyproject.toml README.md ./
COPY verifier verifier
RUN PIP_REQUIRE_HASHES=0 PIP_ONLY_BINARY= pip install --no-build-isolation --target /var/task . && rm -r /var/task/bin
COPY testsuites /var/task/testsuites
COPY sandbox_image/entrypoint /var/task/entrypoint
RUN python -m compileall -q --invalidation-mode unchecked-hash /var/task/verifier \
 && chmod -R a=rX /var/task && chmod 0555 /var/task/entrypoint \
 && find /var/task -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM base AS image
LABEL org.opencontainers.image.title="rl-code-verifier" \
      org.opencontainers.image.description="Rewards for model-written code, from hidden tests run in a sandbox" \
      org.opencontainers.image.version="0.1.0"
COPY --from=keeper /opt/verifier /opt/verifier
COPY --from=sandbox /opt/sandbox /opt/sandbox
COPY --from=task /var/task /var/task
ENV VERIFIER_SANDBOX_PYTHON=/opt/sandbox/bin/python \
    VERIFIER_SUITES=/var/task/testsuites \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYDANTIC_DISABLE_PLUGINS=__all__ \
    LANG=C.UTF-8
WORKDIR /var/task
# Lambda has a user of its own and ignores this one. Numbers, since no account with a name is needed.
USER 993:990
ENTRYPOINT ["/var/task/entrypoint"]
CMD ["verifier.handler.handler"]

FROM build AS emulator
# AWS ships it in the wheel of its SAM command line.
COPY sandbox_image/emulator-requirements.txt requirements.txt
RUN pip download -r requirements.txt \
 && python -m zipfile -e aws_sam_cli-*.whl wheel \
 && case $(uname -m) in x86_64) arch=x86_64 ;; aarch64) arch=arm64 ;; esac \
 && mkdir -p /opt/emulator && cp wheel/samcli/local/rapid/aws-lambda-rie-$arch /opt/emulator/aws-lambda-rie \
 && chmod 0711 /opt/emulator/aws-lambda-rie \
 && find /opt/emulator -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} + && rm -r wheel *.whl
# Execute-only too: it holds the same event as the keeper, and here it is of the same user.

FROM image AS local
COPY --from=emulator /opt/emulator /opt/emulator
EXPOSE 8080

# Last, so that it is what a build without --target makes.
FROM image AS lambda
