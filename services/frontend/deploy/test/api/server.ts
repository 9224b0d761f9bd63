/**
 * A stand-in for the api that answers with what it was asked: what a proxy's tests want to know.
 *
 *     GET /orders?limit=1    200 {"method": "GET", "path": "/orders?limit=1", "body": ""}
 *     POST /orders           201 the same, with a Location as the api gives one
 */

import { createServer } from "node:http";

createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url: path } = request;
  const headers = { "Content-Type": "application/json", Location: "/orders/1" };
  response.writeHead(method === "POST" ? 201 : 200, headers);
  response.end(JSON.stringify({ method, path, body: Buffer.concat(chunks).toString() }));
}).listen(8000);
