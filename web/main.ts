import { createApp } from 'vue';
import 'element-plus/es/components/base/style/css';
import App from './App.vue';
import { router } from './router.ts';
import './style.css';
import { language, useLanguage } from './texts.ts';
import { theme, useTheme } from './theme.ts';

useLanguage(language.value);
useTheme(theme.value);
createApp(App).use(router).mount('#app');
