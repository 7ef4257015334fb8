using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators along the lines of one axis.</summary>
internal static class LineKernels
{
    /// <summary>ArgMax and ArgMin.</summary>
    public static Kernel Arg { get; } = new CallKernel(WriteArg) { Serves = static (node, context) => Kernels.Arithmetic.Of(context.ElementType(node.Inputs[0])) is not null };

    /// <summary>CumSum and CumProd.</summary>
    public static Kernel Cumulative { get; } = new CallKernel(WriteCumulative)
    { ParameterInputs = [1], Serves = static (node, context) => Kernels.Arithmetic.Of(context.ElementType(node.Inputs[0])) is not null };

    /// <summary>Softmax, LogSoftmax and Hardmax.</summary>
    public static Kernel Softmax { get; } = new CallKernel(WriteSoftmax)
    { Serves = static (node, context) => Kernels.Arithmetic.Of(context.ElementType(node.Inputs[0])) is { IsReal: true } };

    private static void WriteArg(OpenCall call)
    {
        StepWriter writer = call.Writer;
        Node node = call.Node;
        Arithmetic arithmetic = Kernels.Arithmetic.Of(call.ElementType(0))!;
        string comparison = (node.Operator.Name == "ArgMax" ? ">" : "<") + (node.Attributes.Int("select_last_index", 0) != 0 ? "=" : "");
        writer.Line($"var lines = new TensorLines({call.Label}, {call.Lengths(0)}, {call.Axis(call.Rank(0))});");
        writer.Line($"if (lines.Length == 0) throw new ArgumentException({CSharpLiteral.Of(node.Label + ": there is no " + (node.Operator.Name == "ArgMax" ? "largest" : "smallest") + " of no elements.")});");
        string axes = $"new ReducedShape({call.Label}, {call.Lengths(0)}, [{call.Axis(call.Rank(0))}], noop: false, keepDims: {call.Flag("keepdims", 1)}).Lengths";
        writer.Line($"DynamicTensor<long> result = Tensors.Create<long>({call.Label}, {axes});");
        writer.Line($"ReadOnlySpan<{arithmetic.Type}> from = {call.Elements(0)};");
        using (writer.Block("for (int line = 0; line < lines.Count; line++)"))
        {
            writer.Line("int start = lines.Start(line);");
            writer.Line("int place = 0;");
            writer.Line($"{arithmetic.Type} best = from[start];");
            using (writer.Block("for (int k = 1; k < lines.Length; k++)"))
            {
                writer.Line($"{arithmetic.Type} value = from[start + (k * lines.Inner)];");
                writer.Line($"if (!(value {comparison} best)) continue;");
                writer.Line("best = value;");
                writer.Line("place = k;");
            }

            writer.Line("result.Span[line] = place;");
        }

        call.Finish(0, "result", isChecked: false);
    }

    private static void WriteCumulative(OpenCall call)
    {
        StepWriter writer = call.Writer;
        Arithmetic arithmetic = Kernels.Arithmetic.Of(call.ElementType(0))!;
        string axis = call.Constant(1) is null ? $"{call.Elements(1)}[0]" : call.Number(1);
        writer.Line($"var lines = new TensorLines({call.Label}, {call.Lengths(0)}, Tensors.Axis({call.Label}, {axis}, {CSharpLiteral.Of(call.Rank(0))}));");
        WriteResult(call, arithmetic.Type);
        using (writer.Block("for (int line = 0; line < lines.Count; line++)"))
        {
            writer.Line("int start = lines.Start(line);");
            bool isProduct = call.Node.Operator.Name == "CumProd";
            writer.Line($"{arithmetic.Sum} total = {(isProduct ? "1" : arithmetic.Zero)};");
            using (writer.Block("for (int k = 0; k < lines.Length; k++)"))
            {
                string place = call.Node.Attributes.Int("reverse", 0) != 0 ? "(lines.Length - 1 - k)" : "k";
                writer.Line($"int at = start + ({place} * lines.Inner);");
                string store = $"to[at] = {arithmetic.Store("total")};";
                string element = arithmetic.Load("from[at]");
                string add = !isProduct ? arithmetic.Add("total", "from[at]") : arithmetic.IsReal ? $"total *= {element};" : $"total = unchecked(total * {element});";
                bool exclusive = call.Node.Attributes.Int("exclusive", 0) != 0;
                writer.Line(exclusive ? store : add);
                writer.Line(exclusive ? add : store);
            }
        }

        call.Finish(0, "result", isChecked: false);
    }

    private static void WriteSoftmax(OpenCall call)
    {
        StepWriter writer = call.Writer;
        Arithmetic arithmetic = Kernels.Arithmetic.Of(call.ElementType(0))!;
        string name = call.Node.Operator.Name;
        bool isMatrix = call.Node.Operator.Version < 13;
        string axis = call.Axis(call.Rank(0), isMatrix ? 1 : -1);
        writer.Line($"var lines = new TensorLines({call.Label}, {call.Lengths(0)}, {axis}{(isMatrix ? ", " + CSharpLiteral.Of(call.Rank(0)) : "")});");
        WriteResult(call, arithmetic.Type);
        if (call.ElementType(0) == ElementType.Float32 && name != "Hardmax")
        {
            string run = name == "LogSoftmax" ? "RunLog" : "Run";
            writer.Line($"if (!to.IsEmpty) Softmax.{run}(from, to, outer: lines.Count / lines.Inner, axis: lines.Length, inner: lines.Inner);");
        }
        else using (writer.Block("for (int line = 0; line < lines.Count; line++)")) WriteLine(writer, arithmetic, name);

        call.Finish(0, "result", isChecked: false);
    }

    private static void WriteLine(StepWriter writer, Arithmetic arithmetic, string name)
    {
        bool isHard = name == "Hardmax";
        string narrow = arithmetic.Sum == "float" ? "(float)" : "";
        string x = arithmetic.Load("from[start + (k * lines.Inner)]");
        const string Y = "to[start + (k * lines.Inner)]";
        writer.Line("int start = lines.Start(line);");
        writer.Line("int place = 0;");
        writer.Line($"{arithmetic.Sum} max = {arithmetic.Load("from[start]")};");
        using (writer.Block("for (int k = 1; k < lines.Length; k++)"))
        {
            writer.Line($"{arithmetic.Sum} value = {x};");
            writer.Line($"if (!(value > max{(isHard ? "" : $" || {arithmetic.Sum}.IsNaN(value)")})) continue;");
            writer.Line("max = value;");
            writer.Line("place = k;");
        }

        if (isHard)
        {
            string one = arithmetic.Sum == "float" ? "1f" : "1d";
            writer.Line($"for (int k = 0; k < lines.Length; k++) {Y} = {arithmetic.Store($"(k == place ? {one} : {arithmetic.Zero})")};");
            return;
        }

        writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
        writer.Line($"for (int k = 0; k < lines.Length; k++) sum += {narrow}Math.Exp({x} - max);");
        string value2 = name == "LogSoftmax" ? $"({x} - max - {narrow}Math.Log(sum))" : $"({narrow}Math.Exp({x} - max) / sum)";
        writer.Line($"for (int k = 0; k < lines.Length; k++) {Y} = {arithmetic.Store(value2)};");
    }

    /// <summary>Writes the result of the input's shape, and spans of both.</summary>
    private static void WriteResult(OpenCall call, string type)
    {
        call.Writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, {call.Lengths(0)});");
        call.Writer.Line($"ReadOnlySpan<{type}> from = {call.Elements(0)};");
        call.Writer.Line($"Span<{type}> to = result.Span;");
    }
}
