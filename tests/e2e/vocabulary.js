'use strict';

// Two ways to learn the vocabulary: from the .proto files, and from the server itself.

const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const options = { longs: String, enums: String, defaults: true, oneofs: true };
const here = process.env.GRIDMEND_E2E_SOURCE || __dirname;
const protoRoot = path.join(here, '..', '..', 'proto');

function fromFiles() {
  const folder = path.join(protoRoot, 'gridmend');
  const files = ['v1', 'drill/v1'].flatMap((part) =>
    fs.readdirSync(path.join(folder, part)).filter((name) => name.endsWith('.proto'))
      .map((name) => path.join('gridmend', part, name)));
  const definition = loader.loadSync(files, { ...options, includeDirs: [protoRoot] });
  return grpc.loadPackageDefinition(definition);
}

function own(name) {
  const definition = loader.loadSync(path.join(here, name), options);
  return grpc.loadPackageDefinition(definition);
}

// Asks one question after another on a reflection stream.
class Reflection {
  constructor(address) {
    const { ServerReflection } = own('reflection.proto').grpc.reflection.v1alpha;
    this.client = new ServerReflection(address, grpc.credentials.createInsecure());
    this.stream = this.client.ServerReflectionInfo();
    this.waiting = [];
    this.stream.on('data', (answer) => this.waiting.shift().resolve(answer));
    this.stream.on('error', (error) => this.waiting.forEach((one) => one.reject(error)));
  }

  ask(question) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.stream.write(question);
    });
  }

  async services() {
    const answer = await this.ask({ listServices: '*' });
    return answer.listServicesResponse.service.map((service) => service.name);
  }

  // The file that defines a symbol, with everything it imports: serialised FileDescriptorProtos.
  async filesFor(symbol) {
    const answer = await this.ask({ fileContainingSymbol: symbol });
    if (answer.errorResponse) throw new Error(answer.errorResponse.errorMessage);
    return answer.fileDescriptorResponse.fileDescriptorProto;
  }

  close() {
    this.stream.end();
    this.client.close();
  }
}

// A FileDescriptorSet is field 1, repeated: tag 0x0a, length, bytes.
function descriptorSet(files) {
  const parts = [];
  for (const file of files) {
    const head = [0x0a];
    let length = file.length;
    while (length > 0x7f) {
      head.push((length & 0x7f) | 0x80);
      length >>>= 7;
    }
    head.push(length);
    parts.push(Buffer.from(head), file);
  }
  return Buffer.concat(parts);
}

async function fromServer(address) {
  const reflection = new Reflection(address);
  try {
    const names = await reflection.services();
    const files = new Map();
    for (const name of names.filter((one) => one.startsWith('gridmend.'))) {
      for (const file of await reflection.filesFor(name)) files.set(file.toString('base64'), file);
    }
    const definition = loader.loadFileDescriptorSetFromBuffer(descriptorSet([...files.values()]), options);
    return { names, vocabulary: grpc.loadPackageDefinition(definition) };
  } finally {
    reflection.close();
  }
}

// A client whose calls are promises.
function connect(Service, address) {
  const client = new Service(address, grpc.credentials.createInsecure());
  return {
    raw: client,
    call: (name, request) => new Promise((resolve, reject) => {
      client[name](request, { deadline: Date.now() + 30000 }, (error, answer) =>
        (error ? reject(error) : resolve(answer)));
    }),
  };
}

module.exports = { connect, fromFiles, fromServer, own };
