import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const KEBAB_CASE = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/;

/** File names are kebab-case, so that a path can be typed from a noun. */
const fileNames = {
  rules: {
    'kebab-case': {
      create(context) {
        return {
          Program(node) {
            const name = context.filename
              .split(/[\\/]/)
              .at(-1)
              .replace(/\.[cm]?[jt]s$/, '');
            if (!KEBAB_CASE.test(name))
              context.report({ node, message: 'name the file in kebab-case' });
          },
        };
      },
    },
  },
};

const SIZE = {
  'max-lines': ['error', 400],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 12],
  'max-params': ['error', 3],
};

const TIME = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'time comes in through a Clock (core/clock.ts)',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'time comes in through a Clock (core/clock.ts)',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'randomness is newId or randomBytes',
  },
];
const ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'the environment is read in composition roots only',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.cache/**'] },
  eslint.configs.recommended,
  { plugins: { house: fileNames }, rules: { 'house/kebab-case': 'error', ...SIZE } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-syntax': ['error', ...TIME, ENVIRONMENT],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers in messages read well; objects do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A method that answers "nothing" by an arrow is short and clear.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: [
      '**/clock.ts',
      '**/main.ts',
      '**/bin.ts',
      'extension/src/extension.ts',
      '**/state-folder.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Written by scripts/presets.mjs.
    files: ['**/presets/generated.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['enforcement-host/packages/cli/src/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Tests compose: they are sentences in a `describe`, and reach what they test.
    files: ['**/test/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: './tsconfig.test.json' },
    },
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      // Assertions narrow what the types of a double already promise.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
