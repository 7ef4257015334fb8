using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Execution;

/// <summary>A model as C#, about to be compiled into memory beside others.</summary>
internal sealed class GeneratedModel
{
    /// <summary>Wraps a successful compilation.</summary>
    /// <param name="space">The namespace that the sources are in, unique in the assembly.</param>
    /// <param name="result">The sources.</param>
    public GeneratedModel(string space, CompilationResult result)
    {
        Namespace = space;
        Result = result;
        Graph graph = result.Plan!.Graph;
        Inputs = [.. graph.Inputs.Select(v => new Value(v.Name, graph.TypeOf(v.Name)))];
        Outputs = [.. graph.Outputs.Select(v => new Value(v.Name, graph.TypeOf(v.Name)))];
    }

    /// <summary>The namespace.</summary>
    public string Namespace { get; }

    /// <summary>The sources and the plan.</summary>
    public CompilationResult Result { get; }

    /// <summary>What Predict takes.</summary>
    public ImmutableArray<Value> Inputs { get; }

    /// <summary>What Predict gives.</summary>
    public ImmutableArray<Value> Outputs { get; }

    /// <summary>The full name of the class that lets arrays in and out.</summary>
    public string AdapterName => Namespace + ".Adapter";

    /// <summary>
    /// Arrays of the right sizes for the outputs. Where a shape is known at run time only, a run puts an array of its own in place of
    /// the empty one, and the lengths of the dimensions in a further array behind those of all outputs.
    /// </summary>
    public byte[][] NewOutputs() => [.. Outputs.Select(o => new byte[ByteLength(o)]), .. Outputs.Where(IsOpen).Select(_ => Array.Empty<byte>())];

    /// <summary>The outputs of a run as tensors.</summary>
    public static ImmutableArray<Tensor> TensorsOf(ImmutableArray<Value> values, byte[][] outputs)
    {
        ImmutableArray<Tensor>.Builder tensors = ImmutableArray.CreateBuilder<Tensor>(values.Length);
        int next = values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            var type = (TensorType)values[i].Type!;
            int[] lengths = IsOpen(values[i]) ? MemoryMarshal.Cast<byte, int>(outputs[next++]).ToArray() : type.Shape!.ToArray();
            tensors.Add(Tensor.FromUnpacked(type.ElementType, [.. lengths], outputs[i]));
        }

        return tensors.MoveToImmutable();
    }

    /// <summary>The bytes that a value takes.</summary>
    public static int ByteLength(Value value)
    {
        var type = (TensorType)value.Type!;
        return IsOpen(value) ? 0 : checked((int)(type.Shape!.ElementCount * type.ElementType.Bytes()));
    }

    /// <summary>
    /// A class that calls Predict on arrays of bytes: methods with spans can be called neither by reflection nor through one
    /// delegate type.
    /// </summary>
    public string AdapterSource()
    {
        var code = new StringBuilder("using System;\nusing System.Runtime.InteropServices;\n\nnamespace ").Append(Namespace).Append("\n{\n");
        code.Append("    internal static class Adapter\n    {\n        internal static void Warmup()\n        {\n");
        if (Result.Plan!.Options.Profile != Profile.Micro) code.Append("            ").Append(Class).Append(".Warmup();\n");
        code.Append("        }\n\n");
        if (Result.Plan.HasBatches) AppendBatch(code);
        code.Append("        internal static void Run(byte[][] inputs, byte[][] outputs)\n        {\n");
        code.Append("            ").Append(Outputs.Any(IsOpen) ? "var result = " : "").Append(Class).Append(".Predict(");
        IEnumerable<string> arguments = Inputs.Select((v, i) => Cast("ReadOnlySpan", v, "inputs", i));
        if (!Outputs.Any(IsOpen))
        {
            arguments = arguments.Concat(Outputs.Select((v, i) => Cast("Span", v, "outputs", i)));
            return code.Append(string.Join(", ", arguments)).Append(");\n        }\n    }\n}\n").ToString();
        }

        code.Append(string.Join(", ", arguments)).Append(");\n");
        int next = Outputs.Length;
        for (int i = 0; i < Outputs.Length; i++)
        {
            string item = Outputs.Length == 1 ? "result" : FormattableString.Invariant($"result.Item{i + 1}");
            code.Append(CultureInfo.InvariantCulture, $"            outputs[{i}] = MemoryMarshal.AsBytes({(IsOpen(Outputs[i]) ? item + ".Span" : "new Span<" + ElementOf(Outputs[i]) + ">(" + item + ")")}).ToArray();\n");
            if (IsOpen(Outputs[i])) code.Append(CultureInfo.InvariantCulture, $"            outputs[{next++}] = MemoryMarshal.AsBytes({item}.Lengths).ToArray();\n");
        }

        return code.Append("        }\n    }\n}\n").ToString();
    }

    private string Class => "global::" + Namespace + "." + Result.Plan!.ClassName;

    /// <summary>Batches take typed memory, which arrays of bytes are not.</summary>
    private void AppendBatch(StringBuilder code)
    {
        code.Append("        internal static (Action Run, Func<byte[][]> Outputs) Batch(byte[][] inputs, int count, int threads)\n        {\n");
        for (int i = 0; i < Inputs.Length; i++) code.Append(CultureInfo.InvariantCulture, $"            var x{i} = MemoryMarshal.Cast<byte, {ElementOf(Inputs[i])}>(inputs[{i}]).ToArray();\n");
        for (int i = 0; i < Outputs.Length; i++) code.Append(CultureInfo.InvariantCulture, $"            var y{i} = new {ElementOf(Outputs[i])}[count * {ElementCount(Outputs[i])}];\n");
        string arguments = string.Join(", ", Inputs.Select((_, i) => FormattableString.Invariant($"x{i}")).Concat(Outputs.Select((_, i) => FormattableString.Invariant($"y{i}"))));
        string results = string.Join(", ", Outputs.Select((_, i) => FormattableString.Invariant($"MemoryMarshal.AsBytes(new Span<{ElementOf(Outputs[i])}>(y{i})).ToArray()")));
        code.Append(CultureInfo.InvariantCulture, $"            Func<byte[][]> outputs = () => new byte[][] {{ {results} }};\n");
        code.Append(CultureInfo.InvariantCulture, $"            if (threads == 0) return (() => {Class}.PredictBatch({arguments}, count), outputs);\n");
        code.Append("            var options = new System.Threading.Tasks.ParallelOptions { MaxDegreeOfParallelism = threads };\n");
        code.Append(CultureInfo.InvariantCulture, $"            return (() => {Class}.PredictBatch({arguments}, count, options), outputs);\n        }}\n\n");
    }

    private static long ElementCount(Value value) => ((TensorType)value.Type!).Shape!.ElementCount;

    private static bool IsOpen(Value value) => value.Type is TensorType { IsOpen: true };

    private static string ElementOf(Value value) => ((TensorType)value.Type!).ElementType.QualifiedCSharpName()!;

    private static string Cast(string span, Value value, string array, int index)
    {
        string element = ElementOf(value);
        string bytes = FormattableString.Invariant($"new {span}<byte>({array}[{index}])");
        return element == "byte" ? bytes : "MemoryMarshal.Cast<byte, " + element + ">(" + bytes + ")";
    }
}
