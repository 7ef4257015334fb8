#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Expands hashed weights, scale × value of the codebook, into the layouts that the float kernels read. Generated code does that once,
/// at its first use. An index i is written as the byte <c>first + i</c>, so that it is a printable character in the generated source.
/// </summary>
public static class HashedWeights
{
    /// <summary>Output channels in a block of a convolution's weights.</summary>
    private const int BlockChannels = 4;

    /// <summary>Outputs in a panel of a dense layer's weights.</summary>
    private const int PanelWidth = 16;

    /// <summary>Codes that a byte of a <c>u8</c> literal of single-byte characters can hold.</summary>
    private const int Codes = 128;

    /// <summary>Expands to plain rows, as depthwise convolutions and dense layers of few outputs read them.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output.</param>
    /// <returns>[outputs, columns]; element [i, j] is scales[i] × values[index[i, j]] in one float product.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToRows(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        float[] rows = new float[outputs * columns];
        for (int i = 0; i < outputs; i++)
        {
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, rows, i * columns, 1);
        }

        return rows;
    }

    /// <summary>Expands to the blocks that convolutions read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="groups">Groups; they divide the outputs.</param>
    /// <param name="outputs">Output channels of all groups.</param>
    /// <param name="columns">Weights of one output channel.</param>
    /// <returns>[group][block of 4 output channels][column][channel of the block]; what fills the last block of a group is zero.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToConvBlocks(
        ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int groups, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        if (groups <= 0 || outputs % groups != 0)
        {
            throw new ArgumentException("The groups do not divide the outputs.", nameof(groups));
        }

        int perGroup = outputs / groups;
        int groupLength = (perGroup + BlockChannels - 1) / BlockChannels * BlockChannels * columns;
        float[] packed = new float[groups * groupLength];
        for (int i = 0; i < outputs; i++)
        {
            int channel = i % perGroup;
            int start = (i / perGroup * groupLength) + (channel / BlockChannels * BlockChannels * columns) + (channel % BlockChannels);
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, start, BlockChannels);
        }

        return packed;
    }

    /// <summary>Expands to the blocks that dense layers read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output: the layer's inputs.</param>
    /// <returns>[block of 64 outputs][column][output of the block]; the last block is filled to a multiple of 16 outputs, with zeros, but one to four outputs beyond such a multiple follow as rows.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToBlocks(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        float[] packed = new float[DenseLayout.Length(outputs, columns, columns)];
        for (int i = 0; i < outputs; i++)
        {
            int start = DenseLayout.Start(i, outputs, columns, columns, out int stride);
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, start, stride);
        }

        return packed;
    }

    /// <summary>Expands to what <see cref="HashedDense.RunPairs{TActivation}"/> reads: two weights an element. Scales are left to the kernel.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values whose floats end in 16 zero bits, as those of whole numbers up to 256 do.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output: the layer's inputs.</param>
    /// <returns>[block of 64 outputs][two columns][output of the block]: the even column's upper half in the lower half of an element, the odd one's in the upper half. One to four outputs beyond a multiple of 16 follow as rows of floats.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes, or a value takes more than half a float.</exception>
    public static float[] ToPairs(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, int first, int outputs, int columns)
    {
        Check(indices, values, default, first, outputs, columns);
        Span<uint> halves = stackalloc uint[256];
        halves.Clear();
        for (int k = 0; k < values.Length; k++)
        {
            if ((Bits(values[k]) & 0xFFFF) != 0)
            {
                throw new ArgumentException("A value takes more than half a float.", nameof(values));
            }

            halves[first + k] = Bits(values[k]) >> 16;
        }

        int depth = (columns + 1) / 2;
        float[] packed = new float[DenseLayout.Length(outputs, depth, columns)];
        Span<uint> pairs = MemoryMarshal.Cast<float, uint>(packed.AsSpan());
        int inPanels = outputs - DenseLayout.Rows(outputs);
        for (int i = 0; i < outputs; i++)
        {
            int start = DenseLayout.Start(i, outputs, depth, columns, out int stride);
            ReadOnlySpan<byte> row = indices.Slice(i * columns, columns);
            if (i < inPanels)
            {
                PairRow(row, halves, pairs.Slice(start), stride);
            }
            else
            {
                ExpandRow(row, values, default, first, i, packed, start, stride);
            }
        }

        return packed;
    }

    [MethodImpl(Simd.Hot)]
    private static void PairRow(ReadOnlySpan<byte> indices, ReadOnlySpan<uint> halves, Span<uint> pairs, int stride)
    {
        for (int j = 0; j < indices.Length; j++)
        {
            pairs[j / 2 * stride] |= halves[indices[j]] << (16 * (j % 2));
        }
    }

    private static uint Bits(float value) => Unsafe.As<float, uint>(ref value);

    /// <summary>Expands to the panels that matrix products read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Weights of one output: the layer's inputs.</param>
    /// <returns>[panel of 16 outputs][column][output of the panel]; what fills the last panel is zero.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToPanels(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        float[] packed = new float[(outputs + PanelWidth - 1) / PanelWidth * PanelWidth * columns];
        for (int i = 0; i < outputs; i++)
        {
            int start = (i / PanelWidth * PanelWidth * columns) + (i % PanelWidth);
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, start, PanelWidth);
        }

        return packed;
    }

    /// <summary>Expands to the panels that transposed convolutions read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="groups">Groups; they divide the outputs.</param>
    /// <param name="taps">Taps of a kernel; they divide the columns.</param>
    /// <param name="outputs">Output channels of all groups.</param>
    /// <param name="columns">Weights of one output channel: input channels of its group × taps.</param>
    /// <returns>[group][panel of 16 of (output channel, tap)][input channel][of the panel]; what fills the last panel of a group is zero.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToTransposedPanels(
        ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int groups, int taps, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        if (groups <= 0 || outputs % groups != 0 || taps <= 0 || columns % taps != 0)
        {
            throw new ArgumentException("The groups do not divide the outputs, or the taps the columns.", nameof(groups));
        }

        int perGroup = outputs / groups;
        int depth = columns / taps;
        int groupLength = ((perGroup * taps) + PanelWidth - 1) / PanelWidth * PanelWidth * depth;
        float[] packed = new float[groups * groupLength];
        byte[] row = new byte[depth];
        for (int i = 0; i < outputs * taps; i++)
        {
            int output = i / taps;
            for (int c = 0; c < depth; c++)
            {
                row[c] = indices[(output * columns) + (c * taps) + (i % taps)];
            }

            int lane = i % (perGroup * taps);
            int start = (output / perGroup * groupLength) + (lane / PanelWidth * PanelWidth * depth) + (lane % PanelWidth);
            ExpandRow(row, values, scales, first, output, packed, start, PanelWidth);
        }

        return packed;
    }

    /// <summary>Expands to the panels that channels-last convolutions read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="groups">Groups; they divide the outputs.</param>
    /// <param name="taps">Places of the kernel; they divide the columns.</param>
    /// <param name="outputs">Output channels of all groups.</param>
    /// <param name="columns">Weights of one output channel: input channels of its group × taps.</param>
    /// <returns>[group][panel of 16 output channels][tap][input channel][channel of the panel]; what fills the last panel of a group is zero.</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToLanePanels(
        ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int groups, int taps, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        if (groups <= 0 || outputs % groups != 0 || taps <= 0 || columns % taps != 0)
        {
            throw new ArgumentException("The groups do not divide the outputs, or the taps the columns.", nameof(groups));
        }

        int perGroup = outputs / groups;
        int groupLength = (perGroup + PanelWidth - 1) / PanelWidth * PanelWidth * columns;
        float[] packed = new float[groups * groupLength];
        for (int i = 0; i < outputs; i++)
        {
            int lane = i % perGroup;
            int start = (i / perGroup * groupLength) + (lane / PanelWidth * PanelWidth * columns) + (lane % PanelWidth);
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, start, PanelWidth, taps);
        }

        return packed;
    }

    /// <summary>Expands to what channels-last depthwise convolutions read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="outputs">Channels.</param>
    /// <param name="columns">Places of the kernel.</param>
    /// <returns>[place][channel].</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToTapRows(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        float[] packed = new float[outputs * columns];
        for (int i = 0; i < outputs; i++)
        {
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, i, outputs);
        }

        return packed;
    }

    /// <summary>Expands to what convolutions of constant sizes read.</summary>
    /// <param name="indices">[outputs, columns], each <paramref name="first"/> + a position in <paramref name="values"/>.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="taps">Places of the kernel; they divide the columns.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="columns">Weights of one output channel: input channels × taps.</param>
    /// <returns>[place][input channel][output channel].</returns>
    /// <exception cref="ArgumentException">The spans do not fit the sizes.</exception>
    public static float[] ToTapRows(
        ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int taps, int outputs, int columns)
    {
        Check(indices, values, scales, first, outputs, columns);
        if (taps <= 0 || columns % taps != 0)
        {
            throw new ArgumentException("The taps do not divide the columns.", nameof(taps));
        }

        float[] packed = new float[outputs * columns];
        for (int i = 0; i < outputs; i++)
        {
            ExpandRow(indices.Slice(i * columns, columns), values, scales, first, i, packed, i, outputs, taps);
        }

        return packed;
    }

    /// <summary>The whole numbers from a least to a largest one: the codebook of weights that are levels times the scale of their output.</summary>
    /// <param name="least">The first value.</param>
    /// <param name="most">The last value, at most 126 above the first.</param>
    /// <exception cref="ArgumentException">The values are no codebook.</exception>
    public static float[] Levels(int least, int most)
    {
        if (most < least || most - least >= Codes - 1)
        {
            throw new ArgumentException("A codebook has 1 to 127 values.", nameof(most));
        }

        float[] values = new float[most - least + 1];
        for (int k = 0; k < values.Length; k++)
        {
            values[k] = least + k;
        }

        return values;
    }

    private static void Check(ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int outputs, int columns)
    {
        if (outputs < 0 || columns < 0 || indices.Length != (long)outputs * columns || (scales.Length != 0 && scales.Length != outputs))
        {
            throw new ArgumentException("The indices are not outputs × columns, or there is not one scale an output.", nameof(indices));
        }

        if (first < 0 || values.IsEmpty || first + values.Length > Codes)
        {
            throw new ArgumentException("The codes of a codebook lie in 0 … 127.", nameof(values));
        }
    }

    /// <summary>
    /// Expands one output: its scale goes into a table of the codebook, so that a weight is one look-up. With several taps, the weights of the first
    /// tap come first, then those of the second.
    /// </summary>
    [MethodImpl(Simd.Hot)]
    private static void ExpandRow(
        ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, int first, int output, float[] packed, int start, int stride, int taps = 1)
    {
        Span<float> table = stackalloc float[256];
        table.Clear();
        for (int k = 0; k < values.Length; k++)
        {
            table[first + k] = scales.IsEmpty ? values[k] : scales[output] * values[k];
        }

        ref float entry = ref MemoryMarshal.GetReference(table);
        Span<float> target = packed.AsSpan(start);
        unchecked
        {
            // A byte never leaves the table; the target is checked.
            int at = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                for (int j = tap; j < indices.Length; j += taps, at += stride)
                {
                    target[at] = Unsafe.Add(ref entry, (nint)indices[j]);
                }
            }
        }
    }
}
