import type { ChartOption } from './chart.ts';
import type { Colours } from './colours.ts';

/** A row of numbers with its name and its colour's token. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: keyof Colours;
  /** Drawn beside every bar. */
  readonly labels?: boolean;
}

/** What every drawing needs to know of the page it stands on. */
export interface Canvas {
  readonly colours: Colours;
  readonly narrow: boolean;
  readonly still: boolean;
  /** As the page computed it: what is measured must be what is drawn, or labels are cut. */
  readonly font: string;
}

type Format = (value: number) => string;

/** Upright bars over a time axis. `stacked` puts them on top of each other. */
export function columns(
  labels: readonly string[], series: readonly Series[], format: Format, canvas: Canvas, { stacked = false }: { stacked?: boolean } = {},
): ChartOption {
  return {
    ...frame(series, format, canvas),
    grid: { left: 4, right: 8, top: series.length > 1 ? 36 : 20, bottom: 4, containLabel: true },
    xAxis: category(labels, canvas),
    yAxis: values(format, canvas),
    series: series.map((each) => ({
      ...bar(each, canvas), ...(stacked && { stack: 'all', barMinWidth: 0 }), label: shown(each, format, canvas, 'top', labels.length <= 12 && !stacked),
    })),
  };
}

/** Lying bars, the first on top: names can be long. `stacked` puts them end to end. */
export function bars(
  labels: readonly string[], series: readonly Series[], format: Format, canvas: Canvas, { stacked = false, most }: { stacked?: boolean; most?: number } = {},
): ChartOption {
  return {
    ...frame(series, format, canvas),
    grid: { left: 4, right: stacked ? 16 : 56, top: series.length > 1 ? 36 : 4, bottom: 4, containLabel: true },
    xAxis: { ...values(format, canvas), ...(most !== undefined && { max: most, interval: most > 10 ? most / 4 : 1 }) },
    yAxis: { ...category(labels, canvas), inverse: true },
    series: series.map((each) => ({
      ...bar(each, canvas), ...(stacked && { stack: 'all' }), label: shown(each, format, canvas, stacked ? 'inside' : 'right', !stacked),
    })),
  };
}

/** A line over a time axis; a gap where there is nothing to say. */
export function line(labels: readonly string[], one: Series, format: Format, canvas: Canvas, { least, most }: { least: number; most: number }): ChartOption {
  return {
    ...frame([one], format, canvas),
    grid: { left: 4, right: 12, top: 20, bottom: 4, containLabel: true },
    xAxis: category(labels, canvas),
    yAxis: { ...values(format, canvas), min: least, max: most },
    series: [{
      type: 'line', name: one.name, data: [...one.values], symbol: 'circle', symbolSize: 8, lineStyle: { width: 2 }, color: canvas.colours[one.colour],
      label: shown(one, format, canvas, 'top', labels.length <= 12),
    }],
  };
}

function frame(series: readonly Series[], format: Format, { colours, still, narrow, font }: Canvas): ChartOption {
  return {
    animation: !still,
    animationDuration: 300,
    animationDurationUpdate: 200,
    textStyle: { fontFamily: font, color: colours.text },
    tooltip: {
      trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.35 } }, confine: true,
      backgroundColor: colours.raised, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '—'),
    },
    ...(series.length > 1 && {
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, itemGap: narrow ? 8 : 16, textStyle: { color: colours.text, fontSize: 12 }, inactiveColor: colours.muted },
    }),
  };
}

function category(labels: readonly string[], { colours, narrow }: Canvas): object {
  return {
    type: 'category', data: [...labels], axisTick: { show: false }, axisLine: { lineStyle: { color: colours['line-strong'] } },
    axisLabel: { color: colours.text, fontSize: 12, width: narrow ? 128 : 176, overflow: 'truncate', hideOverlap: true },
  };
}

function values(format: Format, { colours, narrow }: Canvas): object {
  return {
    type: 'value', splitNumber: narrow ? 3 : 4, splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.muted, fontSize: 12, formatter: onceEach(format), hideOverlap: true },
  };
}

/** A short axis would say the same words at several of its ticks: the first says them. */
function onceEach(format: Format): Format {
  let before: { value: number; words: string } | undefined;
  return (value) => {
    const words = format(value);
    const repeats = before !== undefined && value > before.value && words === before.words;
    before = { value, words };
    return repeats ? '' : words;
  };
}

function bar({ name, values: data, colour }: Series, { colours }: Canvas): object {
  return { type: 'bar', name, data: [...data], color: colours[colour], barMaxWidth: 28, barMinWidth: 4, barGap: '15%', cursor: 'pointer' };
}

function shown({ labels }: Series, format: Format, { colours, narrow }: Canvas, position: string, room: boolean): object {
  return {
    show: labels === true && room && !(narrow && position === 'top'), position, color: colours.text, fontSize: 12,
    formatter: ({ value }: { value: unknown }) => (typeof value === 'number' && value !== 0 ? format(value) : ''),
  };
}
