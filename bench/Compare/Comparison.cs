using System.Collections.Generic;
using System.IO;

namespace RedGen.Bench.Compare;

/// <summary>What a comparison measures and how.</summary>
/// <param name="Ort">The path of libonnxruntime.</param>
/// <param name="Seconds">Seconds a model, both runtimes together.</param>
/// <param name="Threads">Numbers of threads, one after the other.</param>
/// <param name="Forms">How the generated code is compiled.</param>
/// <param name="Hashing">The reduction, as <c>--hashing</c> takes it.</param>
/// <param name="Output">The folder for results and ahead-of-time programs.</param>
internal sealed record Comparison(string Ort, double Seconds, IReadOnlyList<int> Threads, IReadOnlyList<CodeForm> Forms, string Hashing, string Output)
{
    /// <summary>Measures all models and writes results.json, results.md and results.html.</summary>
    /// <param name="models">The models.</param>
    /// <param name="progress">Takes a line as each is done.</param>
    public IReadOnlyList<ModelTimes> Run(IReadOnlyList<ComparedModel> models, TextWriter progress)
    {
        Directory.CreateDirectory(Output);
        var all = new List<ModelTimes>();
        foreach (ComparedModel model in models)
        {
            foreach (CodeForm form in Forms)
            {
                foreach (int threads in form == CodeForm.Aot ? [1] : Threads)
                {
                    ModelTimes times = form == CodeForm.Aot ? AotRun.Measure(model, this, threads) : JitRun.Measure(model, this, threads);
                    all.Add(times);
                    progress.WriteLine(ComparisonTable.Line(times));
                }
            }
        }

        File.WriteAllText(Path.Combine(Output, "results.json"), ComparisonTable.Json(all));
        File.WriteAllText(Path.Combine(Output, "results.md"), ComparisonTable.Markdown(all));
        File.WriteAllText(Path.Combine(Output, "results.html"), ComparisonChart.Html(this, all));
        return all;
    }
}
