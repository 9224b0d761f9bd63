# taskslib: image nginx:1.29-alpine
#
# Stand-in for nginx:1.29-alpine, on Debian trixie's nginx 1.26: the same user, configuration
# files, content root and foreground command.
FROM python:3.13-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends nginx-light curl >/dev/null \
 && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default \
 && useradd --system --uid 101 --user-group --no-create-home --shell /usr/sbin/nologin nginx \
 && sed -i 's/^user .*/user nginx;/' /etc/nginx/nginx.conf \
 && mkdir -p /usr/share/nginx/html \
 && ln -sf /dev/stdout /var/log/nginx/access.log \
 && ln -sf /dev/stderr /var/log/nginx/error.log
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
