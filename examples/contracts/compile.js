// SPDX-License-Identifier: Apache-2.0
// Compiles the named Solidity files and writes NAME.bin and NAME.bin-runtime beside each; see the script `compile`.
'use strict';
const fs = require('fs');
const solc = require('solc');

const files = process.argv.slice(2);
const input = {
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, {content: fs.readFileSync(file, 'utf8')}])),
    settings: {
        optimizer: {enabled: true, runs: 10000},
        evmVersion: 'cancun',
        // Without the metadata trailer the same source always gives the same bytes.
        metadata: {appendCBOR: false, bytecodeHash: 'none'},
        outputSelection: {'*': {'*': ['evm.bytecode.object', 'evm.deployedBytecode.object']}},
    },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const message of output.errors || []) console.error(message.formattedMessage);
if ((output.errors || []).some((message) => message.severity === 'error')) process.exit(1);
for (const file of files) {
    const name = file.replace(/\.sol$/, '');
    const {bytecode, deployedBytecode} = output.contracts[file][name].evm;
    fs.writeFileSync(`${name}.bin`, `${bytecode.object}\n`);
    fs.writeFileSync(`${name}.bin-runtime`, `${deployedBytecode.object}\n`);
}
