import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import components from 'unplugin-vue-components/vite';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
// Where the API stands while the pages are developed.
const api = process.env.HOUQIN_API ?? 'http://127.0.0.1:8100';

export default defineConfig({
  root,
  plugins: [
    vue(),
    // Elements and their styles come by name from the templates, so that a page carries only what it shows.
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
  },
  server: {
    host: '127.0.0.1',
    // The API takes writes from its own origin only.
    proxy: { '/api': { target: api, changeOrigin: true, headers: { origin: api } } },
  },
});
