# The service with its model pack in one image. Built as: docker build -t touchstone .
# This file has not been run where it was written, as there was no container engine; see docs/operations.md.
FROM golang:1.26-bookworm AS build
WORKDIR /src
# make setup takes the ONNX Runtime out of its wheel by pip.
RUN apt-get update && apt-get install --no-install-recommends -y python3 python3-pip && rm -rf /var/lib/apt/lists/*
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make setup build

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --no-install-recommends -y ca-certificates libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/touchstone --uid 10001 touchstone
COPY --from=build /src/bin/touchstone /opt/touchstone/bin/touchstone
COPY --from=build /src/models/packs /opt/touchstone/models/packs
COPY --from=build /src/.cache/onnxruntime/libonnxruntime.so /opt/touchstone/lib/libonnxruntime.so
ENV ONNXRUNTIME_LIB=/opt/touchstone/lib/libonnxruntime.so \
    TOUCHSTONE_PACK=/opt/touchstone/models/packs/touchstone-base \
    TOUCHSTONE_DATA=/var/lib/touchstone/data \
    TOUCHSTONE_ADDR=0.0.0.0:8080
USER touchstone
VOLUME /var/lib/touchstone/data
EXPOSE 8080
ENTRYPOINT ["/opt/touchstone/bin/touchstone"]
CMD ["serve"]
