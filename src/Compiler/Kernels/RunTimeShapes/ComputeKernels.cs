using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Kernels.Shaping;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that compute over many elements, and those that make elements from a few numbers.</summary>
internal static class ComputeKernels
{
    /// <summary>MatMul.</summary>
    public static Kernel MatMul { get; } = new CallKernel(WriteMatMul) { Serves = static (node, context) => Arithmetic.Of(context.ElementType(node.Inputs[0])) is not null };

    /// <summary>Gemm.</summary>
    public static Kernel Gemm { get; } = new CallKernel(WriteGemm) { Serves = static (node, context) => Arithmetic.Of(context.ElementType(node.Inputs[0])) is not null };

    /// <summary>EyeLike.</summary>
    public static Kernel EyeLike { get; } = new CallKernel(call =>
    {
        string type = call.OutputType(0);
        string one = CSharpLiteral.Of(call.OutputElementType(0), 1, 1);
        return $"Marking.Diagonal<{type}>({call.Label}, {call.Lengths(0)}, {CSharpLiteral.Of(ElementType.Int64, call.Node.Attributes.Int("k", 0))}, {one})";
    });

    /// <summary>The Reduce operators.</summary>
    public static Kernel Reduce { get; } = new CallKernel(static call => WriteReduce(call, call.Node.Operator.Name, Axes(call)))
    { ParameterInputs = [1], Serves = static (node, context) => ReduceText.Of(node.Operator.Name, context.ElementType(node.Inputs[0])) is not null };

    /// <summary>GlobalAveragePool and GlobalMaxPool: a reduction of all spatial axes.</summary>
    public static Kernel GlobalPool { get; } = new CallKernel(static call => WriteReduce(
        call, call.Node.Operator.Name == "GlobalMaxPool" ? "ReduceMax" : "ReduceMean", call.List(Enumerable.Range(2, call.Rank(0) - 2).Select(a => (long)a))))
    { Serves = static (node, context) => context.Type(node.Inputs[0]).Shape!.Rank > 2 && Arithmetic.Of(context.ElementType(node.Inputs[0])) is not null };

    /// <summary>Range.</summary>
    public static Kernel Range { get; } = new CallKernel(WriteRange)
    { ParameterInputs = [0, 1, 2], Serves = static (node, context) => context.ElementType(node.Inputs[0]) != ElementType.BFloat16 };

    /// <summary>OneHot.</summary>
    public static Kernel OneHot { get; } = new CallKernel(call =>
    {
        string depth = call.Constant(1) is { } constant ? CSharpLiteral.Of(Execute.ReferenceTensor.FromTensor(constant).Real(0)) : $"(double){call.Elements(1)}[0]";
        return $"Marking.OneHot<{call.OutputType(0)}>({call.Label}, {call.Indices(0)}, {depth}, {call.Elements(2)}, {call.Axis(call.Rank(0) + 1, -1)})";
    })
    { ParameterInputs = [1], Serves = static (node, context) => context.ElementType(node.Inputs[0]) is ElementType.Int32 or ElementType.Int64 && context.ElementType(node.Inputs[1]) != ElementType.BFloat16 };

    /// <summary>Trilu.</summary>
    public static Kernel Trilu { get; } = new CallKernel(call =>
    {
        string k = !call.Node.HasInput(1) ? "0" : call.Constant(1) is null ? $"{call.Elements(1)}[0]" : call.Number(1);
        return $"Marking.Trilu<{call.Type(0)}>({call.Label}, {call.View(0)}, {k}, upper: {call.Flag("upper", 1)})";
    })
    { ParameterInputs = [1] };

    private static void WriteMatMul(OpenCall call)
    {
        StepWriter writer = call.Writer;
        if (call.ElementType(0) == ElementType.Float32)
        {
            call.Finish(0, $"MatrixProduct.Run({call.Label}, {call.View(0)}, {call.View(1)})", isChecked: false);
            return;
        }

        Arithmetic arithmetic = Arithmetic.Of(call.ElementType(0))!;
        string type = arithmetic.Type;
        writer.Line($"var shape = new MatrixProduct({call.Label}, {call.Lengths(0)}, {call.Lengths(1)});");
        writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, shape.Lengths);");
        writer.Line($"ReadOnlySpan<{type}> left = {call.Elements(0)};");
        writer.Line($"ReadOnlySpan<{type}> right = {call.Elements(1)};");
        writer.Line($"Span<{type}> to = result.Span;");
        writer.Line("int next = 0;");
        using (writer.Block("for (int i = 0; i < shape.Left.Length; i++)"))
        using (writer.Block("for (int row = 0; row < shape.Rows; row++)"))
        using (writer.Block("for (int column = 0; column < shape.Columns; column++)"))
        {
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            using (writer.Block("for (int k = 0; k < shape.Depth; k++)"))
                writer.Line(arithmetic.AddProduct("sum", "left[shape.Left[i] + (row * shape.Depth) + k]", "right[shape.Right[i] + (k * shape.Columns) + column]"));
            writer.Line($"to[next++] = {arithmetic.Store("sum")};");
        }

        call.Finish(0, "result", isChecked: false);
    }

    private static void WriteGemm(OpenCall call)
    {
        StepWriter writer = call.Writer;
        Arithmetic arithmetic = Arithmetic.Of(call.ElementType(0))!;
        string type = arithmetic.Type;
        string addend = call.Node.HasInput(2) ? call.Lengths(2) : "default";
        writer.Line($"var shape = new GemmShape({call.Label}, {call.Lengths(0)}, {call.Lengths(1)}, {addend}, transposedA: {call.Flag("transA", 0)}, transposedB: {call.Flag("transB", 0)});");
        writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, [shape.Rows, shape.Columns]);");
        writer.Line($"ReadOnlySpan<{type}> left = {call.Elements(0)};");
        writer.Line($"ReadOnlySpan<{type}> right = {call.Elements(1)};");
        if (call.Node.HasInput(2)) writer.Line($"ReadOnlySpan<{type}> addend = {call.Elements(2)};");
        using (writer.Block("for (int row = 0; row < shape.Rows; row++)"))
        using (writer.Block("for (int column = 0; column < shape.Columns; column++)"))
        {
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            using (writer.Block("for (int k = 0; k < shape.Depth; k++)"))
                writer.Line(arithmetic.AddProduct("sum", "left[(row * shape.LeftRow) + (k * shape.LeftDepth)]", "right[(k * shape.RightDepth) + (column * shape.RightColumn)]"));
            string value = Scaled(arithmetic, "sum", call.Node.Attributes.Float("alpha", 1));
            if (call.Node.HasInput(2))
            {
                string element = Scaled(arithmetic, arithmetic.Load("addend[(row * shape.AddendRow) + (column * shape.AddendColumn)]"), call.Node.Attributes.Float("beta", 1));
                value = arithmetic.IsReal ? $"({value} + {element})" : $"unchecked({value} + {element})";
            }

            writer.Line($"result.Span[(row * shape.Columns) + column] = {arithmetic.Store(value)};");
        }

        call.Finish(0, "result", isChecked: false);
    }

    private static string Scaled(Arithmetic arithmetic, string value, float factor)
    {
        if (factor == 1) return value;
        string literal = arithmetic.Sum == "float" ? CSharpLiteral.Of(factor) : CSharpLiteral.Of((double)factor);
        return arithmetic.IsReal ? $"({literal} * {value})" : $"unchecked(({arithmetic.Sum})({literal} * {value}))";
    }

    private static string Axes(OpenCall call)
        => call.Node.HasInput(1) ? call.Longs(1) : call.Node.Attributes.Ints("axes") is { } given ? call.List(given.AsEnumerable()) : "default";

    private static void WriteReduce(OpenCall call, string reduction, string axes)
    {
        StepWriter writer = call.Writer;
        ReduceText text = ReduceText.Of(reduction, call.ElementType(0))!;
        string type = call.Type(0);
        writer.Line($"var shape = new ReducedShape({call.Label}, {call.Lengths(0)}, {axes}, noop: {call.Flag("noop_with_empty_axes", 0)}, keepDims: {call.Flag("keepdims", 1)});");
        writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, shape.Lengths);");
        writer.Line($"ReadOnlySpan<{type}> from = {call.Elements(0)};");
        writer.Line($"Span<{type}> to = result.Span;");
        using (writer.Block("for (int k = 0; k < to.Length; k++)"))
        {
            const string Element = "from[start + member]";
            writer.Line("int start = shape.Starts[k];");
            if (text.NeedsMaximum)
            {
                writer.Line($"{text.Type} max = {text.MaximumStart};");
                writer.Line("foreach (int member in shape.Members) " + text.MaximumStep(Element));
            }

            writer.Line($"{text.Type} total = {text.Start};");
            writer.Line("foreach (int member in shape.Members) " + text.Step(Element));
            writer.Line($"to[k] = {text.FinishAtRunTime("shape.Members.Length")};");
        }

        call.Finish(0, "result", isChecked: false);
    }

    private static void WriteRange(OpenCall call)
    {
        StepWriter writer = call.Writer;
        string type = call.OutputType(0);
        bool isFloat = call.ElementType(0).IsFloat();
        ElementType wideType = isFloat ? ElementType.Float64 : ElementType.Int64;
        string wide = isFloat ? "double" : "long";
        string Number(int input, string cast) => call.Constant(input) is { } constant ? LiteralText.Of(constant, 0, isFloat ? wideType : constant.ElementType) : $"{cast}{call.Elements(input)}[0]";
        string cast = isFloat ? "(double)" : "";
        writer.Line($"int count = RangeLength.{(isFloat ? "OfFloats" : "OfIntegers")}({call.Label}, {Number(0, cast)}, {Number(1, cast)}, {Number(2, cast)});");
        writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, new int[] {{ count }});");
        writer.Line($"{wide} start = unchecked(({wide}){Number(0, "")});");
        writer.Line($"{wide} delta = unchecked(({wide}){Number(2, "")});");
        writer.Line($"for (int i = 0; i < count; i++) result.Span[i] = unchecked(({type})(start + (i * delta)));");
        call.Finish(0, "result", isChecked: false);
    }
}
