using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>Models that are compiled to one assembly, run on random tensors, and compared with the reference interpreter.</summary>
internal sealed class CompiledModels
{
    private readonly List<(string Label, CompilationResult Result)> _models = [];
    private readonly StringBuilder _driver = new("public static class Driver\n{\n");
    private readonly List<KeyValuePair<string, string>> _sources = [];

    /// <summary>What was generated, for a look at it.</summary>
    public string Text => string.Join("\n", _sources.Select(s => s.Value));

    /// <summary>The plans.</summary>
    public IEnumerable<Compiler.Plan.ExecutionPlan> Plans => _models.Select(m => m.Result.Plan!);

    /// <summary>Adds a model; its compilation must succeed.</summary>
    public void Add(string label, OnnxModelWriter model, CompilerOptions? options = null)
    {
        string space = "Case" + _models.Count;
        CompilationResult result = ModelCompiler.Compile(model.ToSource("net.onnx"), (options ?? new CompilerOptions()) with { Namespace = space, ClassName = "Net" });
        Assert.True(result.Success, label + ": " + string.Join("\n", result.Diagnostics));
        _sources.AddRange(result.Sources.Select(s => KeyValuePair.Create(space + "." + s.HintName, s.Text)));
        IEnumerable<string> arguments = result.Plan!.Graph.Inputs.Select((v, i) => $"({result.Plan.Graph.TensorTypeOf(v.Name)!.ElementType.CSharpName()!.Replace("Half", "System.Half")}[])x[{i}]");
        _driver.AppendLine($"    public static object Run{_models.Count}(object[] x) => {space}.Net.Predict({string.Join(", ", arguments)});");
        _models.Add((label, result));
    }

    /// <summary>Runs all models.</summary>
    public void Check(int seed)
    {
        _driver.AppendLine("}");
        using GeneratedAssembly assembly = GeneratedAssembly.Compile(
            [.. _sources, KeyValuePair.Create("Driver.cs", _driver.ToString())],
            new ConsumerSettings { IsChecked = true, HasDocumentation = false });
        var failures = new List<string>();
        for (int m = 0; m < _models.Count; m++)
            Check(_models[m].Label, _models[m].Result.Plan!.Graph, assembly.Method<Func<object[], object>>("Driver", "Run" + m), new Random(seed + m), failures);
        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(30)));
    }

    private static void Check(string label, Graph graph, Func<object[], object> run, Random random, List<string> failures)
    {
        Dictionary<string, ReferenceTensor> inputs = graph.Inputs.ToDictionary(
            i => i.Name, i => RandomTensors.Of(random, ((TensorType)i.Type!).ElementType, ((TensorType)i.Type).Shape!.ToArray()));
        IReadOnlyList<ReferenceTensor> expected = ReferenceInterpreter.Run(graph, inputs);
        object result = run([.. graph.Inputs.Select(i => (object)RandomTensors.ToArray(inputs[i.Name]))]);
        for (int o = 0; o < expected.Count; o++)
        {
            var actual = (Array)(expected.Count == 1 ? result : ((ITuple)result)[o]!);
            if (RandomTensors.Difference(expected[o], actual) is { } difference) failures.Add($"{label}, output {graph.Outputs[o].Name}: {difference}");
        }
    }
}
