import { builtinRules } from 'eslint/use-at-your-own-risk';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';
import { houqin } from './scripts/check/lint-rules.mjs';

/** What ESLint itself recommends, without its package @eslint/js. */
const recommended = {
  rules: Object.fromEntries([...builtinRules]
    .filter(([, { meta }]) => meta.docs?.recommended).map(([name]) => [name, 'error'])),
};

/** Levels are `error` and `off` only: a warning is a rule nobody decided on. */
const asErrors = (configs) => configs.map((config) => config.rules === undefined ? config : {
  ...config,
  rules: Object.fromEntries(Object.entries(config.rules).map(([rule, setting]) => {
    const [level, ...options] = [setting].flat();
    return [rule, [level === 'off' || level === 0 ? 'off' : 'error', ...options]];
  })),
});

const TESTS = ['**/*.test.ts', 'test/**'];
const PRODUCT = ['activities/**/*.ts', 'api/**/*.ts', 'db/**/*.ts', 'worker/**/*.ts', 'workflows/**/*.ts'];

// express.raw reads a body.
const RAW = 'CallExpression:matches([callee.property.name=/^(raw|[a-zA-Z]+Raw)$/], [callee.property.value=/^(raw|[a-zA-Z]+Raw)$/])'
  + '[callee.object.name!="express"]';
const interpolatedRaw = [
  {
    selector: `${RAW} > TemplateLiteral.arguments:first-child[expressions.length>0]`,
    message: 'Never interpolate into raw SQL: use bindings (`?`, and `??` for a name).',
  },
  {
    selector: `${RAW} > BinaryExpression.arguments:first-child`,
    message: 'Never concatenate raw SQL: use bindings (`?`, and `??` for a name).',
  },
];
const noRaw = {
  selector: RAW,
  message: 'Raw SQL stands in db/queries and db/migrations only, where it is reviewed.',
};
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Settings are read in one place per process: its config.ts.',
};

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', 'data/**', 'coverage/**', 'tools/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, plugins: { houqin } },

  ...asErrors([recommended, ...tseslint.configs.recommended]),
  {
    rules: {
      'no-undef': 'off', // tsc knows better
      '@typescript-eslint/no-unused-vars': [
        'error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'prefer-const': 'error',
      'houqin/import-rules': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['web/**'],
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
    },
  },
  {
    files: [...TESTS, 'bench/**', 'faults/**'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off', // chai's `to.be.true`
      '@typescript-eslint/no-explicit-any': 'off', // answers are looked at, not typed
    },
  },

  // Forgotten promises are lost errors in the api and lost order in a workflow.
  {
    files: PRODUCT,
    ignores: TESTS,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      'no-restricted-syntax': ['error', noRaw, ...interpolatedRaw, noEnvironment],
    },
  },
  {
    files: ['api/config.ts', 'api/main.ts', 'worker/config.ts', 'worker/main.ts'],
    rules: { 'no-restricted-syntax': ['error', noRaw, ...interpolatedRaw] },
  },
  {
    // The reviewed list of places with raw SQL.
    files: ['db/migrations/**/*.ts', 'db/queries/**/*.ts', 'db/migrate.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-syntax': ['error', ...interpolatedRaw, noEnvironment] },
  },

  {
    files: ['workflows/**/*.ts'],
    ignores: [...TESTS, 'workflows/**/form.ts', 'workflows/forms.ts'],
    rules: {
      'houqin/no-module-state': 'error',
      'no-restricted-globals': ['error',
        ...[
          'process', 'Buffer', 'crypto', 'performance', 'fetch', 'XMLHttpRequest', 'setImmediate', 'setInterval',
          'WeakRef', 'FinalizationRegistry', 'require',
        ].map((name) => ({
          name,
          message: 'Not in a workflow: it differs on replay, or does not exist in the sandbox.',
        })),
      ],
      'no-restricted-properties': ['error',
        {
          object: 'Math',
          property: 'random',
          message: 'Ids in a workflow are `${processId}.${step}.${n}`, never random.',
        },
      ],
      'no-restricted-imports': ['error', {
        paths: [{
          name: '@temporalio/workflow',
          importNames: ['uuid4'],
          message: 'Ids in a workflow are `${processId}.${step}.${n}`: a lost workflow task would make another uuid.',
        }],
      }],
    },
  },

  ...asErrors(vue.configs['flat/strongly-recommended'])
    .map((config) => ({ ...config, files: config.files ?? ['web/**/*.vue'] })),
  {
    files: ['web/**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-spacing': 'off',
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
);
