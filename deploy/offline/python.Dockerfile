# taskslib: image python:3.13-slim
# taskslib: rootfs trixie ca-certificates,python3,python3-venv,python3-pip
# taskslib: host-ca ca-certificates.crt
#
# Stand-in for python:3.13-slim, on Debian trixie's own Python 3.13. The CA bundle of the machine
# is baked in, so that pip, uv and npm inside a build trust what the machine trusts.
FROM taskslib-standin/rootfs:trixie
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
# The public image has its Python in /usr/local and lets pip install into it.
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \
 && ln -s /usr/bin/python3 /usr/local/bin/python \
 && ln -s /usr/bin/pip3 /usr/local/bin/pip
CMD ["python3"]
