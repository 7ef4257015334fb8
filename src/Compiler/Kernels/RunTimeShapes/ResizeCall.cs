using System;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Kernels.Spatial;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Resize and Upsample by scales or sizes of run time: the nearest element of all types, interpolation of floats, no regions.</summary>
internal static class ResizeCall
{
    /// <summary>The kernel.</summary>
    public static Kernel Kernel { get; } = new CallKernel(Write) { ParameterInputs = [1, 2, 3], IsChecked = true, Serves = Serves };

    /// <summary>Image by image, where the first axis counts images: nothing resizes it.</summary>
    public static Kernel Items { get; } = new ItemsKernel();

    private static bool Serves(Node node, KernelContext context)
    {
        var mode = ResizeMode.Read(context.Parameters(node));
        (_, int scales, int sizes) = ResizeParameters.Places(context.Parameters(node));
        return !mode.IsCrop && Math.Max(scales, sizes) >= 0 && (mode.Interpolation == "nearest" || context.ElementType(node.Inputs[0]) == ElementType.Float32);
    }

    private static string Write(OpenCall call)
    {
        var mode = ResizeMode.Read(call.Parameters);
        (_, int scales, int sizes) = ResizeParameters.Places(call.Parameters);
        string options = $"new ResizeOptions(ResizeMode.{ResizeText.Mode(mode)}, ResizeCoordinates.{ResizeText.Coordinates(mode)}, ResizeRounding.{ResizeText.Rounding(mode)}, {CSharpLiteral.Of(mode.CubicCoefficient)}, excludeOutside: {ResizeText.Bool(mode.ExcludesOutside)}, antialias: {ResizeText.Bool(mode.Antialias)})";
        string sizeText = sizes < 0 ? "default" : call.Longs(sizes);
        string method = mode.Interpolation == "nearest" ? $"Nearest<{call.Type(0)}>" : "Interpolate";
        return $"OpenResize.{method}({call.Label}, {call.View(0)}, {options}, {Scales(call, scales)}, {sizeText}, {RunTimeParameters.List(ResizeParameters.Axes(call.Parameters))}, {CSharpLiteral.Of(mode.Policy)})";
    }

    /// <summary>A span of doubles with the scales.</summary>
    private static string Scales(OpenCall call, int input)
    {
        if (input < 0) return "default";
        if (call.Constant(input) is { } constant)
        {
            var values = ReferenceTensor.FromTensor(constant);
            var text = new string[values.Count];
            for (int i = 0; i < text.Length; i++) text[i] = CSharpLiteral.Of(values.Real(i));
            return "[" + string.Join(", ", text) + "]";
        }

        call.Writer.Line($"ReadOnlySpan<{call.Type(input)}> given = {call.Elements(input)};");
        call.Writer.Line("var scales = new double[given.Length];");
        call.Writer.Line($"for (int i = 0; i < scales.Length; i++) scales[i] = {Arithmetic.Of(call.ElementType(input))!.Load("given[i]")};");
        return "scales";
    }

    private sealed class ItemsKernel : Kernel
    {
        /// <inheritdoc/>
        public override Step? TryPlan(NodeGroup group, KernelContext context) => KeepsFirst(context.Parameters(group.Head)) ? ItemKernels.Batch.TryPlan(group, context) : null;

        private static bool KeepsFirst(InferenceContext context)
        {
            int place = Array.IndexOf(ResizeParameters.Axes(context), 0);
            if (place < 0) return true;
            (_, int scales, int sizes) = ResizeParameters.Places(context);
            if (sizes >= 0 || ResizeMode.Read(context).Coordinates == "tf_half_pixel_for_nn") return false;
            if (scales < 0) return context.Attributes.Floats("scales") is not { } floats || floats[place] == 1;
            return context.Constant(scales) is { } constant && ReferenceTensor.FromTensor(constant).Real(place) == 1;
        }
    }
}
