// How loud the microphone is: a meter, and words for those who do not see it.
const QUIET = 0.01;
const LOUD = 0.9;
const SILENT_AFTER = 25;

export class LevelMeter {
  constructor(meter, words) {
    this.meter = meter;
    this.words = words;
    this.context = null;
  }

  listen(stream) {
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 2048;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let quiet = 0;
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      quiet = peak < QUIET ? quiet + 1 : 0;
      this.meter.value = Math.sqrt(peak);
      const said = peak > LOUD ? "Too loud: move the microphone away a little." : "The microphone hears something.";
      this.tell(quiet > SILENT_AFTER ? "Nothing is heard. Check the microphone." : quiet > 0 ? this.words.textContent : said);
    }, 200);
  }

  tell(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  stop() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    this.meter.value = 0;
    this.words.textContent = "\u00a0";
  }
}
