using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>A convolution as a matrix.</summary>
internal static class WindowMap
{
    /// <summary>The matrix of a convolution's weights, [output, channel of the group, taps].</summary>
    public static LinearMap Of(ConvLayer conv, double[] weights, int inputs)
    {
        if (!conv.Window.IsSpatial) throw new UnverifiableException("has more than three spatial axes");
        var map = new LinearMapBuilder(inputs);
        for (int n = 0; n < conv.Batch; n++)
            for (int o = 0; o < conv.OutChannels; o++)
                for (int place = 0; place < conv.Window.OutLength; place++)
                {
                    AddWindow(map, conv, weights, n, o, place);
                    map.EndRow();
                }

        return map.ToMap();
    }

    private static void AddWindow(LinearMapBuilder map, ConvLayer conv, double[] weights, int sample, int output, int place)
    {
        WindowGeometry window = conv.Window;
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (window.Depth, window.Height, window.Width);
        int x = place % width.Out, y = place / width.Out % height.Out, z = place / width.Out / height.Out;
        int groupInputs = conv.InChannels / conv.Groups;
        int firstChannel = output / (conv.OutChannels / conv.Groups) * groupInputs;
        for (int c = 0; c < groupInputs; c++)
            for (int kz = depth.FirstTap(z); kz < depth.EndTap(z); kz++)
                for (int ky = height.FirstTap(y); ky < height.EndTap(y); ky++)
                    for (int kx = width.FirstTap(x); kx < width.EndTap(x); kx++)
                    {
                        int channel = (sample * conv.InChannels) + firstChannel + c;
                        int column = (((((channel * depth.In) + depth.Position(z, kz)) * height.In) + height.Position(y, ky)) * width.In) + width.Position(x, kx);
                        int tap = (((kz * height.Kernel) + ky) * width.Kernel) + kx;
                        map.Add(column, weights[(((output * groupInputs) + c) * window.KernelLength) + tap]);
                    }
    }
}
