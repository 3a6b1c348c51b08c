import { onBeforeUnmount, ref, type Ref } from 'vue';

/** Whether the page is as narrow as a phone, and stays right when it is turned. */
export function useNarrow(): Readonly<Ref<boolean>> {
  const query = matchMedia('(max-width: 48rem)');
  const narrow = ref(query.matches);
  const change = (): void => { narrow.value = query.matches; };
  query.addEventListener('change', change);
  onBeforeUnmount(() => query.removeEventListener('change', change));
  return narrow;
}
