import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import components from 'unplugin-vue-components/vite';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
// Where the API stands while the pages are developed.
const api = process.env.HOUQIN_API ?? 'http://127.0.0.1:8100';

/** Writes each asset compressed beside it, once and as small as can be: the API serves what the browser takes. */
function compressed(): Plugin {
  return {
    name: 'houqin-compressed',
    apply: 'build',
    writeBundle({ dir }) {
      const assets = path.join(dir!, 'assets');
      for (const name of readdirSync(assets).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const content = readFileSync(path.join(assets, name));
        const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
        // What is small already gets larger, or stays in one packet anyway.
        if (brotli.length > content.length * 0.9) continue;
        writeFileSync(path.join(assets, `${name}.br`), brotli);
        writeFileSync(path.join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root,
  plugins: [
    vue(),
    // Elements and their styles come by name from the templates, so that a page carries only what it shows.
    compressed(),
    components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Over a slow line each file costs a round trip: what several pages share comes as one, and so does the inbox.
        codeSplitting: {
          groups: [
            { name: 'inbox', test: /\/web\/pages\/tasks\//, priority: 2 },
            { name: 'shared', test: /\/web\/(parts\/|[\w-]+\.(ts|vue)$)/, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    // The API takes writes from its own origin only.
    proxy: { '/api': { target: api, changeOrigin: true, headers: { origin: api } } },
  },
});
