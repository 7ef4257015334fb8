using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Compiler.Graphs;

namespace RedGen.Bench.StartUp;

/// <summary>
/// The programs that are started: one statement after the other, so that they compile little beside what is measured. Each prints
/// milliseconds and processor time since the first statement of Main, and processor time since the start of the process.
/// </summary>
internal static class StartUpProgram
{
    private const string Begin = """
        using System;
        using System.Diagnostics;
        using System.Globalization;

        double cpu = Environment.CpuUsage.TotalTime.TotalMilliseconds;
        long start = Stopwatch.GetTimestamp();

        """;

    private const string End = """

        double passed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double total = Environment.CpuUsage.TotalTime.TotalMilliseconds;
        Console.WriteLine(passed.ToString(CultureInfo.InvariantCulture) + " " + (total - cpu).ToString(CultureInfo.InvariantCulture) + " " + total.ToString(CultureInfo.InvariantCulture));

        """;

    /// <summary>A program with the generated class.</summary>
    public static string WithRedGen(GeneratedModel model)
    {
        IEnumerable<string> arrays = model.Inputs.Select(static (v, i) => Declare("x", v, i)).Concat(model.Outputs.Select(static (v, i) => Declare("y", v, i)));
        string call = $"global::{model.Namespace}.{model.Result.Plan!.ClassName}.Predict({string.Join(", ", Names(model))});";
        return Begin + string.Join("\n", arrays) + "\n" + call + "\n" + End;
    }

    /// <summary>A program with a session of ONNX Runtime's.</summary>
    public static string WithOrt(GeneratedModel model)
    {
        IEnumerable<string> arrays = model.Inputs.Select(static (v, i) => Pinned("x", v, i)).Concat(model.Outputs.Select(static (v, i) => Pinned("y", v, i)));
        return Begin.Replace("\n\ndouble", "\nusing RedGen.Cli.Measure;\n\ndouble", StringComparison.Ordinal) + string.Join("\n", arrays) + $"""

            var session = new OrtSession(args[0], args[1], 1);
            session.Bind([{string.Join(", ", model.Inputs.Select(static (v, i) => Tensor("x", v, i)))}], [{string.Join(", ", model.Outputs.Select(static (v, i) => Tensor("y", v, i)))}]);
            session.Run();

            """ + End;
    }

    private static IEnumerable<string> Names(GeneratedModel model)
        => model.Inputs.Select(static (_, i) => FormattableString.Invariant($"x{i}")).Concat(model.Outputs.Select(static (_, i) => FormattableString.Invariant($"y{i}")));

    private static string Declare(string stem, Value value, int index)
        => FormattableString.Invariant($"var {stem}{index} = new {Element(value)}[{Count(value)}];");

    private static string Pinned(string stem, Value value, int index)
        => FormattableString.Invariant($"byte[] {stem}{index} = GC.AllocateArray<byte>({GeneratedModel.ByteLength(value)}, pinned: true);");

    private static string Tensor(string stem, Value value, int index)
    {
        string shape = string.Join(", ", ((TensorType)value.Type!).Shape!.ToArray().Select(static l => l.ToString(CultureInfo.InvariantCulture)));
        string name = value.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return FormattableString.Invariant($"new OrtTensor(\"{name}\", {(int)((TensorType)value.Type!).ElementType}, [{shape}], {stem}{index})");
    }

    private static string Element(Value value) => ((TensorType)value.Type!).ElementType.QualifiedCSharpName()!;

    private static long Count(Value value) => ((TensorType)value.Type!).Shape!.ElementCount;
}
