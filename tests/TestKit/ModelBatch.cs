using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.TestKit;

/// <summary>
/// Many models compiled to C# and built as one assembly, since a Roslyn compilation a model would take most of a test's time.
/// Add models, <see cref="Build"/>, then run each by the number that <see cref="Add"/> gave.
/// </summary>
public sealed class ModelBatch : IDisposable
{
    private readonly List<CompilationResult> _models = [];
    private readonly List<KeyValuePair<string, string>> _sources = [];
    private GeneratedAssembly? _assembly;

    /// <summary>Compiles a model to C#; it must succeed.</summary>
    public int Add(ModelSource source, CompilerOptions? options = null)
        => TryAdd(source, options, out CompilationResult result) ?? throw new InvalidOperationException(string.Join("\n", result.Diagnostics.Select(d => d.ToString())));

    /// <summary>Compiles a model to C#; null where the compiler reports an error.</summary>
    public int? TryAdd(ModelSource source, CompilerOptions? options, out CompilationResult result)
    {
        string space = "M" + _models.Count.ToString(CultureInfo.InvariantCulture);
        result = ModelCompiler.Compile(source, (options ?? new CompilerOptions()) with { Namespace = space, ClassName = "Network" });
        if (!result.Success) return null;
        foreach (GeneratedSource file in result.Sources) _sources.Add(new(space + "/" + file.HintName, file.Text));
        _sources.Add(new(space + "/Driver.cs", Driver(space, result)));
        _models.Add(result);
        return _models.Count - 1;
    }

    /// <summary>The C# of a model's class, for messages.</summary>
    public string SourceOf(int model) => _models[model].Sources[0].Text;

    /// <summary>The inputs of a model.</summary>
    public IReadOnlyList<Value> InputsOf(int model) => _models[model].Plan!.Graph.Inputs;

    /// <summary>Builds all models as a user's project would; any warning fails.</summary>
    public void Build(ConsumerSettings? settings = null) => _assembly = GeneratedAssembly.Compile(_sources, settings ?? new ConsumerSettings { IsChecked = true });

    /// <summary>Runs the generated code of a model.</summary>
    public IReadOnlyList<Tensor> Run(int model, IReadOnlyList<Tensor> inputs)
    {
        string type = "M" + model.ToString(CultureInfo.InvariantCulture) + ".Driver";
        byte[][] outputs = _assembly!.Method<Func<byte[][], byte[][]>>(type, "Run")([.. inputs.Select(i => i.Data.ToArray())]);
        Graph graph = _models[model].Plan!.Graph;
        return [.. graph.Outputs.Select((o, i) => new Tensor(graph.TensorTypeOf(o.Name)!.ElementType, [.. graph.TensorTypeOf(o.Name)!.Shape!.ToArray()], outputs[i]))];
    }

    /// <summary>Runs the model in the reference interpreter, from the graph as it is planned.</summary>
    public IReadOnlyList<Tensor> RunReference(int model, IReadOnlyList<Tensor> inputs)
    {
        Graph graph = _models[model].Plan!.Graph;
        var values = graph.Inputs.Select((v, i) => (v.Name, Value: ReferenceTensor.FromTensor(inputs[i]))).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        return [.. ReferenceInterpreter.Run(graph, values).Select(t => t.ToTensor())];
    }

    /// <inheritdoc/>
    public void Dispose() => _assembly?.Dispose();

    /// <summary>Spans cannot be passed by reflection: this class takes and gives bytes.</summary>
    private static string Driver(string space, CompilationResult result)
    {
        Graph graph = result.Plan!.Graph;
        var code = new StringBuilder();
        var arguments = new List<string>();
        code.Append("namespace ").Append(space).Append(";\ninternal static class Driver\n{\n    internal static byte[][] Run(byte[][] x)\n    {\n");
        code.Append("        var y = new byte[").Append(graph.Outputs.Length).Append("][];\n");
        for (int i = 0; i < graph.Inputs.Length; i++) arguments.Add(Span(graph.TensorTypeOf(graph.Inputs[i].Name)!, $"x[{i}]"));
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            TensorType type = graph.TensorTypeOf(graph.Outputs[i].Name)!;
            code.Append(CultureInfo.InvariantCulture, $"        y[{i}] = new byte[{type.Shape!.ElementCount * type.ElementType.Bytes()}];\n");
            // Outputs start as rubbish: a model must write every element.
            code.Append(CultureInfo.InvariantCulture, $"        System.Array.Fill(y[{i}], (byte){(type.ElementType == ElementType.Bool ? 1 : 0xA5)});\n");
            arguments.Add(Span(type, $"y[{i}]"));
        }

        code.Append("        Network.Predict(").Append(string.Join(", ", arguments)).Append(");\n        return y;\n    }\n}\n");
        return code.ToString();
    }

    private static string Span(TensorType type, string bytes)
        => $"System.Runtime.InteropServices.MemoryMarshal.Cast<byte, {(type.ElementType == ElementType.Float16 ? "System.Half" : type.ElementType.CSharpName())}>(System.MemoryExtensions.AsSpan({bytes}))";
}
