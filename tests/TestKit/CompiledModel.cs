using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using Xunit;

namespace RedGen.TestKit;

/// <summary>A model compiled to C#, compiled and loaded as a user's project would: what generated code gives for an input, and what it should.</summary>
public sealed class CompiledModel : IDisposable
{
    private readonly ModelBatch _batch;
    private readonly ModelSource _source;
    private readonly CompilerOptions _options;
    private readonly string _label;
    private Action<byte[][], byte[][]>? _run;
    private ReferenceModel? _reference;

    internal CompiledModel(ModelBatch batch, ModelSource source, CompilerOptions options, CompilationResult result, string label)
    {
        _batch = batch;
        _source = source;
        _options = options;
        _label = label;
        Result = result;
        Inputs = [.. result.Plan!.Graph.Inputs.Select(TypeOf)];
        Outputs = [.. result.Plan.Graph.Outputs.Select(TypeOf)];
    }

    /// <summary>How tests name the model.</summary>
    public string Label => _label;

    /// <summary>What the compiler gave.</summary>
    public CompilationResult Result { get; }

    /// <summary>The plan that the code carries out.</summary>
    public ExecutionPlan Plan => Result.Plan!;

    /// <summary>The C# of the model's class.</summary>
    public string Code => Result.Sources[0].Text;

    /// <summary>The types of the model's inputs, in order; every dimension is known.</summary>
    public IReadOnlyList<TensorType> Inputs { get; }

    /// <summary>The types of the model's outputs, in order; some dimensions may be known at run time only.</summary>
    public IReadOnlyList<TensorType> Outputs { get; }

    /// <summary>Compiles and builds a model alone; a diagnostic of the compiler, or a warning of C#, fails the test.</summary>
    public static CompiledModel Compile(ModelSource source, CompilerOptions? options = null, ConsumerSettings? settings = null)
    {
        var batch = new ModelBatch();
        CompiledModel model = batch.Add(source.FileName, source, options);
        batch.Build(settings);
        return model;
    }

    /// <summary>Compiles and builds a model that a test writes.</summary>
    public static CompiledModel Compile(OnnxModelWriter model, CompilerOptions? options = null) => Compile(model.ToSource(), options);

    /// <summary>Runs Predict; one tensor for each input of the model, in order.</summary>
    public ReferenceTensor[] Run(params ReferenceTensor[] inputs)
    {
        // Outputs start as rubbish: a model must write every element.
        byte[][] outputs = [.. Outputs.Select(o => Bytes(o, o.ElementType == ElementType.Bool ? (byte)1 : (byte)0xA5)), .. Outputs.Where(o => o.IsOpen).Select(_ => Array.Empty<byte>())];
        Method(BytesOf(inputs), outputs);
        int next = Outputs.Count;
        return [.. Outputs.Select((type, i) =>
        {
            int[] lengths = type.IsOpen ? MemoryMarshal.Cast<byte, int>(outputs[next++]).ToArray() : type.Shape!.ToArray();
            return ReferenceTensor.FromTensor(Tensor.FromUnpacked(type.ElementType, [.. lengths], outputs[i]));
        })];
    }

    /// <summary>What the outputs should be: the reference interpreter over the model as it was imported, before any pass but inference.</summary>
    public IReadOnlyList<ReferenceTensor> RunReference(params ReferenceTensor[] inputs)
    {
        if (_reference is null)
        {
            var diagnostics = new DiagnosticBag();
            _reference = ReferenceModel.Load(_source, _options, diagnostics);
            Assert.True(_reference is not null, _label + ": " + string.Join("\n", diagnostics.ToImmutable()));
        }

        Dictionary<string, ReferenceTensor> values = _reference.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal);
        return ReferenceInterpreter.Run(_reference.Graph, values);
    }

    /// <summary>Generated code gives what <see cref="RunReference"/> gives; a message of a failure holds the code.</summary>
    /// <param name="relative">The error allowed for floats, as a part of what is expected.</param>
    /// <param name="absolute">The error allowed for floats in any case; other elements must be equal.</param>
    /// <param name="inputs">One tensor for each input of the model, in order.</param>
    public void AssertAgrees(double relative, double absolute, params ReferenceTensor[] inputs)
    {
        IReadOnlyList<ReferenceTensor> expected = RunReference(inputs);
        ReferenceTensor[] actual = Run(inputs);
        for (int i = 0; i < expected.Count; i++)
        {
            if (TensorAssert.Difference(expected[i], actual[i], relative, absolute) is { } difference)
                Assert.Fail($"{_label}, output {i}: {difference}\n{Code}");
        }
    }

    /// <summary>The bytes that a run allocates on this thread, the driver's own work not counted; the first run is not measured.</summary>
    public long AllocatedBytes(params ReferenceTensor[] inputs)
    {
        byte[][] bytes = BytesOf(inputs);
        byte[][] outputs = [.. Outputs.Select(o => Bytes(o, 0))];
        Method(bytes, outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Method(bytes, outputs);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The multiplications and additions of hashed layers since the last call, of a model that counts.</summary>
    public (long Multiplications, long Additions) ReadCounts()
    {
        long[] counts = _batch.CountsOf(_options.Namespace)();
        return (counts[0], counts[1]);
    }

    /// <summary>Unloads the code, with that of all models of the batch.</summary>
    public void Dispose() => _batch.Dispose();

    /// <summary>A class that calls Predict on arrays of bytes, since spans cannot be passed by reflection.</summary>
    internal string Driver()
    {
        IEnumerable<string> arguments = Inputs.Select((t, i) => Span(t, $"inputs[{i}]"));
        bool isOpen = Outputs.Any(o => o.IsOpen);
        if (!isOpen) arguments = arguments.Concat(Outputs.Select((t, i) => Span(t, $"outputs[{i}]")));
        string call = $"Network.Predict({string.Join(", ", arguments)})";
        return $$"""
            namespace {{_options.Namespace}}
            {
                internal static class Driver
                {
                    internal static void Run(byte[][] inputs, byte[][] outputs)
                    {
                        {{(isOpen ? "var result = " + call + "; " + string.Join(" ", Stores()) : call + ";")}}
                    }
                }
            }
            """;
    }

    /// <summary>The statements that take what Predict returns: elements as arrays of bytes, then the shapes that only a run tells.</summary>
    private IEnumerable<string> Stores()
    {
        int next = Outputs.Count;
        for (int i = 0; i < Outputs.Count; i++)
        {
            string item = Outputs.Count == 1 ? "result" : $"result.Item{i + 1}";
            string span = Outputs[i].IsOpen ? item + ".Span" : $"new System.Span<{TypeText(Outputs[i])}>({item})";
            yield return $"outputs[{i}] = System.Runtime.InteropServices.MemoryMarshal.AsBytes({span}).ToArray();";
            if (Outputs[i].IsOpen) yield return $"outputs[{next++}] = System.Runtime.InteropServices.MemoryMarshal.AsBytes({item}.Lengths).ToArray();";
        }
    }

    private Action<byte[][], byte[][]> Method => _run ??= _batch.MethodOf(_options.Namespace);

    private TensorType TypeOf(Value value) => Plan.Graph.TensorTypeOf(value.Name)!;

    private static byte[][] BytesOf(ReferenceTensor[] tensors) => [.. tensors.Select(t => t.ToTensor().Unpacked.ToArray())];

    private static byte[] Bytes(TensorType type, byte value)
    {
        if (type.IsOpen) return [];
        var bytes = new byte[type.ElementType.Bytes() * type.Shape!.ElementCount];
        Array.Fill(bytes, value);
        return bytes;
    }

    private static string Span(TensorType type, string array)
        => $"System.Runtime.InteropServices.MemoryMarshal.Cast<byte, {TypeText(type)}>({array})";

    private static string TypeText(TensorType type) => type.ElementType.QualifiedCSharpName()!;
}
