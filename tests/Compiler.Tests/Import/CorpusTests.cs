using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Import;

/// <summary>Every model that we have is read without a diagnostic, into a valid graph.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    [SharedFact("models")]
    public void The_shared_models_are_read() => ReadAll(Path.Combine(SharedData.Root, "models"), 60);

    [SharedFact("onnx-node")]
    public void The_shared_node_cases_are_read() => ReadAll(Path.Combine(SharedData.Root, "onnx-node"), 400);

    [OnnxDataFact]
    public void ONNX_backend_cases_are_read() => ReadAll(SharedData.OnnxTestData, 1000);

    private void ReadAll(string folder, int atLeast)
    {
        var problems = new List<string>();
        IReadOnlyList<string> files = SharedData.ModelsIn(folder);
        foreach (string file in files)
        {
            var diagnostics = new DiagnosticBag();
            Model? model = OnnxReader.Read(SharedData.Load(file), diagnostics, default);
            problems.AddRange(diagnostics.ToImmutable().Select(d => file + ": " + d));
            if (model is not null) problems.AddRange(GraphValidator.Validate(model.Graph).Select(p => file + ": " + p));
        }

        output.WriteLine($"{files.Count} models in {folder}");
        Assert.Empty(problems);
        Assert.True(files.Count >= atLeast, $"only {files.Count} models in {folder}");
    }
}
