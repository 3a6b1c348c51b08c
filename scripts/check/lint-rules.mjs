import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT_IN = new Set(builtinModules);
const TEST = /(^test\/|\.test\.ts$)/;

/**
 * The import rules of the project. The first rule that fits an import decides.
 *
 * `from` and `unless` are patterns of the importing file, `to` of what it imports: a path from the project's root, a
 * package's name, or `node:NAME`. `types: true` lets an `import type` through.
 */
const IMPORT_RULES = [
  {
    from: /^(?!worker\/|scripts\/|bench\/|faults\/)/,
    to: /^worker\//,
    sentence: 'Nothing imports worker: it alone sees workflows and activities together.',
  },

  {
    from: /^workflows\//,
    to: /^node:/,
    types: true,
    sentence: 'A workflow imports no Node built-in: on replay it may see only what its history holds.',
  },
  {
    from: /^workflows\//,
    to: /^(db\/|knex$|pg$)/,
    sentence: 'A workflow imports no db: what it learns comes through an activity and so stands in its history.',
  },
  {
    from: /^workflows\//,
    unless: /\/form\.ts$/,
    to: /^zod(\/|$)/,
    types: true,
    sentence: 'A workflow imports no zod (631 KB of bundle, 5 ms per workflow): schemas stand in form.ts.',
  },
  {
    from: /^workflows\//,
    unless: /(\/form|^workflows\/(contracts|forms))\.ts$/,
    to: /^workflows\/(.+\/form|contracts|forms)\.ts$/,
    types: true,
    sentence: 'A workflow imports no form as a value: zod would come into the bundle with it.',
  },
  {
    from: /^workflows\//,
    to: /^activities\//,
    types: true,
    sentence: 'A workflow imports activities with `import type` only and calls them through a proxy.',
  },
  {
    from: /^workflows\//,
    to: /^(api|web|scripts|bench|faults|tools)\//,
    sentence: 'A workflow imports only workflows, and the types of activities.',
  },
  {
    from: /^workflows\//,
    unless: /\/form\.ts$/,
    to: /^(?!workflows\/|activities\/|node:|@temporalio\/(workflow|common)$)/,
    types: true,
    sentence: 'A workflow imports no package but @temporalio/workflow and common: others are not made for replay.',
  },

  {
    from: /^(api|activities|worker|db\/(?!connect\.ts$))/,
    to: /^(knex|pg)$/,
    types: true,
    sentence: 'Only db/connect.ts makes connections: a client of one’s own could be handed any SQL.',
  },

  {
    from: /^web\//,
    to: /^api\/contract(\.ts|\/)/,
    types: true,
    sentence: 'The web takes only types from api/contract.ts (`import type`): schemas would come into the page.',
  },
  {
    from: /^web\//,
    to: /^(?!web\/|api\/contract(\.ts|\/)|workflows\/(.+\/)?(contracts?|forms?)\.ts$)[^:]+\//,
    packages: false,
    sentence: 'The web imports only the contracts and forms of processes, and types of api/contract.ts.',
  },
  {
    from: /^web\//,
    unless: /^web\/vite\.config\.ts$/,
    to: /^(node:|knex$|pg$|express$|@temporalio\/)/,
    sentence: 'The web runs in a browser: no Node built-in and nothing of the server.',
  },

  {
    from: /^api\//,
    to: /^activities\/(?!deadlines\/|repair-ranking\.ts$)/,
    types: true,
    sentence: 'The api imports no activity but the deadlines and the ranking of repairers, which are pure: the rest belongs to a worker.',
  },
  {
    from: /^api\//,
    to: /^workflows\/(index|.+\/workflow)\.ts$/,
    types: true,
    sentence: 'The api imports no workflow as a value: it knows processes by their contracts.',
  },
  {
    from: /^api\//,
    to: /^(web|scripts|bench|faults|test)\//,
    sentence: 'The api imports nothing of web, scripts, bench, faults and test.',
  },

  {
    from: /^db\/(?!seeds\/)/,
    to: /^(api|web|scripts|bench|faults|test|activities\/(?!deadlines\/|repair-ranking\.ts$))/,
    sentence: 'The db folder stands below the others: nothing of api, web and activities but types of deadlines and of the ranking of repairers.',
  },
  {
    from: /^db\/(?!seeds\/)/,
    to: /^activities\/(deadlines\/|repair-ranking\.ts$)/,
    types: true,
    sentence: 'The db folder stands below the others: of deadlines and of the ranking of repairers it imports types only.',
  },
  {
    from: /^db\/seeds\//,
    to: /^(api\/(?!passwords\.ts$)|web\/|scripts\/|bench\/|faults\/|test\/|activities\/(?!deadlines\/))/,
    sentence: 'A seed imports only db, contracts, deadlines, and the hash of passwords.',
  },
  {
    from: /^db\//,
    to: /^workflows\/(?!(.+\/)?(contracts?|form)\.ts$)/,
    sentence: 'The db folder knows of processes only their contracts and forms.',
  },
  {
    from: /^db\/(?!seeds\/)/,
    to: /^workflows\//,
    types: true,
    sentence: 'The db folder knows of processes only the types of their contracts: write `import type`.',
  },

  {
    from: /^activities\//,
    to: /^(api|web|scripts|bench|faults|test)\//,
    sentence: 'Activities import no api and no web: they are called by workflows, whoever started those.',
  },
  {
    from: /^activities\//,
    to: /^workflows\/(index|.+\/workflow)\.ts$/,
    types: true,
    sentence: 'Activities import no workflow as a value.',
  },
];

/** Where an import leads: a path from the project's root with slashes, `node:NAME`, or a package's name. */
function target(importer, specifier) {
  if (specifier.startsWith('.')) {
    return path.relative(ROOT, path.resolve(path.dirname(importer), specifier)).split(path.sep).join('/');
  }
  const name = specifier.replace(/^node:/, '');
  return BUILT_IN.has(name) ? `node:${name}` : specifier;
}

/** The first sentence that an import breaks, or undefined. `importer` is a path from the project's root. */
function brokenRule(importer, to, isType, isRelative) {
  return IMPORT_RULES.find((rule) =>
    rule.from.test(importer) && !rule.unless?.test(importer) && rule.to.test(to)
    && !(rule.types && isType) && (rule.packages !== false || isRelative));
}

const importRules = {
  meta: { type: 'problem', docs: { description: 'the import rules of the project' }, schema: [] },
  create(context) {
    const importer = path.relative(ROOT, context.filename).split(path.sep).join('/');
    if (TEST.test(importer)) return {};
    const look = (node, source, isType) => {
      if (typeof source?.value !== 'string') return;
      const rule = brokenRule(importer, target(context.filename, source.value), isType, source.value.startsWith('.'));
      if (rule) context.report({ node, message: rule.sentence });
    };
    return {
      // `import { type X }` still loads the module under verbatimModuleSyntax: only `import type` counts as a type.
      ImportDeclaration: (node) => look(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => look(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => look(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => look(node, node.source, false),
      TSImportType: (node) => look(node, node.source ?? node.argument?.literal, true),
    };
  },
};

const READ_ONLY_TYPE = /^Readonly/;
const MUTABLE_TYPE = new Set(['Array', 'Record', 'Partial', 'Map', 'Set', 'WeakMap', 'WeakSet']);

/** Whether a declared type says that the value does not change; a name of our own is taken at its word. */
function saysReadOnly(annotation) {
  if (!annotation) return false;
  if (annotation.type === 'TSTypeOperator') return annotation.operator === 'readonly';
  if (annotation.type !== 'TSTypeReference') return false;
  const name = annotation.typeName.name ?? '';
  return READ_ONLY_TYPE.test(name) || !MUTABLE_TYPE.has(name);
}

/** Why a module-level constant can change, or undefined. */
function mutability(declarator) {
  let value = declarator.init;
  while (value?.type === 'TSSatisfiesExpression') value = value.expression;
  if (value?.type === 'NewExpression') return 'an object made with `new` can change';
  const isLiteral = value?.type === 'ArrayExpression' || value?.type === 'ObjectExpression';
  if (isLiteral && !saysReadOnly(declarator.id.typeAnnotation?.typeAnnotation)) {
    return 'a literal can change unless it is `as const`, frozen or of a read-only type';
  }
  return undefined;
}

const noModuleState = {
  meta: { type: 'problem', docs: { description: 'no mutable state at module level' }, schema: [] },
  create(context) {
    const message = (why) =>
      `No mutable state at module level in workflows: cached ones share it, a replay finds it changed (${why}).`;
    const declaration = (node) => {
      if (node.declare) return;
      if (node.kind !== 'const') {
        context.report({ node, message: message(`\`${node.kind}\``) });
        return;
      }
      for (const declarator of node.declarations) {
        const why = mutability(declarator);
        if (why) context.report({ node: declarator, message: message(why) });
      }
    };
    return {
      'Program > VariableDeclaration': declaration,
      'Program > ExportNamedDeclaration > VariableDeclaration': declaration,
      'PropertyDefinition[static=true][readonly!=true]': (node) => {
        context.report({ node, message: message('a static field') });
      },
    };
  },
};

/** ESLint rules of this project; used by eslint.config.js. */
export const houqin = { rules: { 'import-rules': importRules, 'no-module-state': noModuleState } };
