using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>The declaration of a pooling's sizes, <c>var shape = new PoolShape(…)</c>.</summary>
internal static class PoolShapeText
{
    /// <summary>Writes it.</summary>
    public static void Write(StepWriter writer, PoolLayer layer)
    {
        (WindowAxis d, WindowAxis h, WindowAxis w) = (layer.Window.Depth, layer.Window.Height, layer.Window.Width);
        writer.Line("var shape = new PoolShape(");
        using (writer.Code.Indent())
        {
            if (d == WindowAxis.Missing && h.Dilation == 1 && w.Dilation == 1)
            {
                writer.Line($"channels: {layer.Planes}, inHeight: {h.In}, inWidth: {w.In}, outHeight: {h.Out}, outWidth: {w.Out},");
                writer.Line($"kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                writer.Line($"padTop: {h.Before}, padLeft: {w.Before}, padBottom: {h.After}, padRight: {w.After});");
                return;
            }

            writer.Line($"channels: {layer.Planes}, inDepth: {d.In}, inHeight: {h.In}, inWidth: {w.In}, outDepth: {d.Out}, outHeight: {h.Out}, outWidth: {w.Out},");
            writer.Line($"kernelDepth: {d.Kernel}, kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideDepth: {d.Stride}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
            writer.Line($"dilationDepth: {d.Dilation}, dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation},");
            writer.Line($"padFront: {d.Before}, padTop: {h.Before}, padLeft: {w.Before}, padBack: {d.After}, padBottom: {h.After}, padRight: {w.After});");
        }
    }
}
