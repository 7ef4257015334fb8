using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>The declaration of a convolution's sizes, <c>var shape = new ConvShape(…)</c>.</summary>
internal static class ConvShapeText
{
    /// <summary>Writes it.</summary>
    public static void Write(StepWriter writer, ConvLayer layer)
    {
        (WindowAxis d, WindowAxis h, WindowAxis w) = (layer.Window.Depth, layer.Window.Height, layer.Window.Width);
        writer.Line("var shape = new ConvShape(");
        using (writer.Code.Indent())
        {
            if (layer.Batch == 1 && d == WindowAxis.Missing)
            {
                writer.Line($"groups: {layer.Groups}, inChannels: {layer.InChannels}, outChannels: {layer.OutChannels},");
                writer.Line($"inHeight: {h.In}, inWidth: {w.In}, outHeight: {h.Out}, outWidth: {w.Out},");
                writer.Line($"kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                writer.Line($"dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation}, padTop: {h.Before}, padLeft: {w.Before});");
                return;
            }

            writer.Line($"batch: {layer.Batch}, groups: {layer.Groups}, inChannels: {layer.InChannels}, outChannels: {layer.OutChannels},");
            writer.Line($"inDepth: {d.In}, inHeight: {h.In}, inWidth: {w.In}, outDepth: {d.Out}, outHeight: {h.Out}, outWidth: {w.Out},");
            writer.Line($"kernelDepth: {d.Kernel}, kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel},");
            writer.Line($"strideDepth: {d.Stride}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
            writer.Line($"dilationDepth: {d.Dilation}, dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation},");
            writer.Line($"padDepth: {d.Before}, padTop: {h.Before}, padLeft: {w.Before});");
        }
    }
}
