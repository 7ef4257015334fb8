#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Transposed convolution (ONNX ConvTranspose) of float tensors in one, two or three dimensions, with bias and activation: a matrix
/// product gives what each input element contributes by each tap, band by band, and the contributions are added where they belong.
/// </summary>
public static class TransposedConvolution
{
    /// <summary>Floats of workspace that <see cref="Run{TActivation}"/> needs: a band of input, channels last, and its products.</summary>
    public static int WorkspaceLength(in TransposedConvShape shape) =>
        shape.BandLength * ((shape.InChannels / shape.Groups) + shape.Columns);

    /// <summary>Computes one transposed convolution.</summary>
    /// <param name="input">[Batch, InChannels, InDepth, InHeight, InWidth].</param>
    /// <param name="weights">For each group, [InChannels / Groups, Columns] packed as <see cref="Gemm"/> wants its right operand.</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="output">[Batch, OutChannels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        in TransposedConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        int depth = shape.InChannels / shape.Groups;
        int channels = shape.OutChannels / shape.Groups;
        int panels = Gemm.PackedLength(depth, shape.Columns);
        int inGroup = depth * shape.InLength;
        int outGroup = channels * shape.OutLength;
        int groups = shape.Batch * shape.Groups;
        if (input.Length < groups * inGroup || output.Length < groups * outGroup || weights.Length < shape.Groups * panels
            || (bias.Length != 0 && bias.Length < shape.OutChannels) || workspace.Length < WorkspaceLength(shape))
        {
            throw new ArgumentException("A span is shorter than the transposed convolution's shape needs.");
        }

        for (int i = 0; i < groups; i++)
        {
            int group = i % shape.Groups;
            Span<float> y = output.Slice(i * outGroup, outGroup);
            for (int c = 0; c < channels; c++)
            {
                y.Slice(c * shape.OutLength, shape.OutLength).Fill(bias.IsEmpty ? 0f : bias[(group * channels) + c]);
            }

            RunGroup(input.Slice(i * inGroup, inGroup), weights.Slice(group * panels, panels), y, workspace, shape, depth);
        }

        Span<float> all = output.Slice(0, groups * outGroup);
        if (typeof(TActivation) != typeof(Identity))
        {
            Elementwise.Map(all, all, activation);
        }
    }

    private static void RunGroup(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, Span<float> workspace, in TransposedConvShape shape, int depth)
    {
        int length = shape.InLength;
        int band = shape.BandLength;
        Span<float> rows = workspace.Slice(0, band * depth);
        Span<float> products = workspace.Slice(band * depth, band * shape.Columns);
        for (int first = 0; first < length; first += band)
        {
            int count = Math.Min(band, length - first);
            Transpose(input, rows, first, count, length, depth);
            Gemm.Run(rows, weights, default, default, products, count, depth, shape.Columns, default(Identity));
            for (int i = 0; i < count; i++)
            {
                Add(products.Slice(i * shape.Columns, shape.Columns), output, shape, first + i);
            }
        }
    }

    /// <summary>Puts the channels of each element side by side.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Transpose(ReadOnlySpan<float> input, Span<float> rows, int first, int count, int length, int depth)
    {
        unchecked
        {
            for (int c = 0; c < depth; c++)
            {
                ReadOnlySpan<float> from = input.Slice((c * length) + first, count);
                ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), c);
                for (int i = 0; i < from.Length; i++)
                {
                    to = from[i];
                    to = ref Unsafe.Add(ref to, depth);
                }
            }
        }
    }

    /// <summary>Adds what one input element contributes to all output channels.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Add(ReadOnlySpan<float> products, Span<float> output, in TransposedConvShape shape, int element)
    {
        unchecked
        {
            TransposedConvAxis width = shape.Width;
            TransposedConvAxis height = shape.Height;
            TransposedConvAxis depth = shape.Depth;
            int left = width.Start(element % width.In);
            int top = height.Start(element / width.In % height.In);
            int front = depth.Start(element / width.In / height.In);
            int firstColumn = width.First(left);
            int columns = width.End(left) - firstColumn;
            if (columns <= 0)
            {
                return;
            }

            int taps = depth.Kernel * height.Kernel * width.Kernel;
            for (int from = 0, plane = 0; from < products.Length; from += taps, plane += shape.OutLength)
            {
                for (int kd = depth.First(front); kd < depth.End(front); kd++)
                {
                    for (int kh = height.First(top); kh < height.End(top); kh++)
                    {
                        int row = plane + ((((front + (kd * depth.Dilation)) * height.Out) + top + (kh * height.Dilation)) * width.Out);
                        ReadOnlySpan<float> terms = products.Slice(from + (((kd * height.Kernel) + kh) * width.Kernel) + firstColumn, columns);
                        int at = row + left + (firstColumn * width.Dilation);
                        for (int k = 0; k < terms.Length; k++)
                        {
                            output[at] += terms[k];
                            at += width.Dilation;
                        }
                    }
                }
            }
        }
    }
}
