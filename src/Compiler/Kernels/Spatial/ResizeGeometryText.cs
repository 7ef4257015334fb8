using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Spatial;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>The lines of generated code that read scales, sizes and a region at run time.</summary>
internal sealed class ResizeGeometryText(ResizeLayer layer, KernelContext context)
{
    /// <summary>Writes lines that declare and fill <c>geometry</c>: scale, start and end of each axis.</summary>
    public void Write(StepWriter writer)
    {
        InferenceContext parameters = context.Parameters(layer.Node);
        (int roi, int scales, int sizes) = ResizeParameters.Places(parameters);
        writer.Line(RunTimeParameters.Why);
        string scaleText = Doubles(writer, scales);
        string sizeText = sizes < 0 ? "default" : Name(writer, sizes);
        string roiText = Doubles(writer, layer.Mode.IsCrop ? roi : -1);
        int rank = layer.Input.Length;
        writer.Line($"Span<double> geometry = stackalloc double[{3 * rank}];");
        writer.Line("ResizeGeometry.Prepare(");
        using (writer.Code.Indent())
        {
            writer.Line($"{RunTimeParameters.Label(layer.Node)}, {scaleText}, {sizeText}, {roiText}, axes: {RunTimeParameters.List(ResizeParameters.Axes(parameters))}, {CSharpLiteral.Of(layer.Mode.Policy)},");
            writer.Line($"input: {RunTimeParameters.List(layer.Input)}, output: {RunTimeParameters.List(layer.Output)}, geometry);");
        }
    }

    /// <summary>The name of a span of double with the elements of an input of floats; there are few: at most two an axis.</summary>
    private string Doubles(StepWriter writer, int input)
    {
        if (input < 0) return "default";
        string name = Name(writer, input);
        ElementType type = context.ElementType(layer.Node.Inputs[input]);
        if (type == ElementType.Float64) return name;
        string count = CSharpLiteral.Of(context.Count(layer.Node.Inputs[input]));
        writer.Line($"Span<double> {name}Values = stackalloc double[{count}];");
        writer.Line($"for (int i = 0; i < {count}; i++) {name}Values[i] = {Arithmetic.Of(type)!.Load(name + "[i]")};");
        return name + "Values";
    }

    /// <summary>The name of the span of one of the node's inputs; left-out ones do not count.</summary>
    private string Name(StepWriter writer, int input)
    {
        int place = 0;
        for (int i = 0; i < input; i++)
            if (layer.Node.HasInput(i)) place++;
        return writer.Input(place);
    }
}
