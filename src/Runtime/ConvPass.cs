#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The loops around the convolution's micro-kernels for one sample. Pixels of a band are walked in vectors that never cross
/// a row; three neighbouring vectors and four output channels make a tile.
/// </summary>
internal ref struct ConvPass
{
    internal ReadOnlySpan<float> Weights;
    internal ReadOnlySpan<float> Bias;
    internal ReadOnlySpan<float> Addend;
    internal Span<float> Output;

    private readonly ConvShape _shape;
    private readonly Span<int> _offsets;
    private readonly Span<float> _prepared;
    private readonly bool _inPlace;

    // Of the output as the kernels see it: rows of pixels of one channel, and the distance between channels.
    private readonly int _rowPixels;
    private readonly int _vectorsPerRow;
    private readonly int _channelPixels;

    // Of the kernels' input: the distance of two output rows' inputs and of two groups.
    private readonly int _rowStep;
    private readonly int _groupStep;

    /// <summary>Fills the table of offsets.</summary>
    internal ConvPass(in ConvShape shape, Span<float> workspace)
    {
        unchecked
        {
            _shape = shape;
            Weights = default;
            Bias = default;
            Addend = default;
            Output = default;
            _inPlace = shape.ReadsInPlace;
            _offsets = MemoryMarshal.Cast<float, int>(workspace.Slice(0, shape.Taps));
            _prepared = workspace.Slice(shape.Taps);
            _channelPixels = shape.OutDepth * shape.OutHeight * shape.OutWidth;
            _rowPixels = _inPlace && shape.IsPointwise ? _channelPixels : shape.OutWidth;
            _vectorsPerRow = (_rowPixels + Vector<float>.Count - 1) / Vector<float>.Count;
            int perGroup = shape.InChannels / shape.Groups;
            if (_inPlace)
            {
                int plane = shape.InHeight * shape.InWidth;
                _rowStep = shape.StrideHeight * shape.InWidth;
                _groupStep = perGroup * shape.InDepth * plane;
                FillInPlace(shape.InDepth * plane, shape.DilationDepth * plane);
            }
            else
            {
                int plane = shape.PreparedRows * shape.RowLength;
                _rowStep = shape.StrideHeight * shape.RowLength;
                _groupStep = perGroup * shape.KernelDepth * plane;
                FillPrepared(plane);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void FillInPlace(int channelStep, int depthStep)
    {
        unchecked
        {
            int tap = 0;
            int channels = _shape.InChannels / _shape.Groups;
            for (int c = 0; c < channels; c++)
            {
                for (int kd = 0; kd < _shape.KernelDepth; kd++)
                {
                    for (int kh = 0; kh < _shape.KernelHeight; kh++)
                    {
                        int row = (c * channelStep) + (kd * depthStep) + (kh * _shape.DilationHeight * _shape.InWidth);
                        for (int kw = 0; kw < _shape.KernelWidth; kw++)
                        {
                            _offsets[tap++] = row + (kw * _shape.DilationWidth);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void FillPrepared(int planeStep)
    {
        unchecked
        {
            int tap = 0;
            int planes = _shape.PreparedPlanes / _shape.Groups;
            int stride = _shape.StrideWidth;
            for (int plane = 0; plane < planes; plane++)
            {
                for (int kh = 0; kh < _shape.KernelHeight; kh++)
                {
                    int row = (plane * planeStep) + (kh * _shape.DilationHeight * _shape.RowLength);
                    for (int kw = 0; kw < _shape.KernelWidth; kw++)
                    {
                        int column = kw * _shape.DilationWidth;
                        _offsets[tap++] = row + (column % stride * _shape.PhaseWidth) + (column / stride);
                    }
                }
            }
        }
    }

    /// <summary>Computes one sample, band by band.</summary>
    [MethodImpl(Simd.Hot)]
    internal void RunSample<TActivation>(ReadOnlySpan<float> input, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            if (_inPlace)
            {
                bool flat = _shape.IsPointwise;
                int planes = flat ? 1 : _shape.OutDepth;
                int rows = flat ? 1 : _shape.OutHeight;
                int planeStep = _shape.StrideDepth * _shape.InHeight * _shape.InWidth;
                for (int d = 0; d < planes; d++)
                {
                    RunBand(input.Slice(d * planeStep), d * rows * _rowPixels, rows, activation);
                }

                return;
            }

            int bandRows = _shape.BandRows;
            int halo = (_shape.KernelHeight - 1) * _shape.DilationHeight;
            for (int d = 0; d < _shape.OutDepth; d++)
            {
                for (int row = 0; row < _shape.OutHeight; row += bandRows)
                {
                    // The last band may be lower; its planes keep the full band's distance, as the offsets have it.
                    int rows = Math.Min(bandRows, _shape.OutHeight - row);
                    ConvInput.Prepare(input, _prepared, _shape, _shape.InChannels, d, row, _shape.PreparedRows);
                    RunBand(_prepared, ((d * _shape.OutHeight) + row) * _shape.OutWidth, rows, activation);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void RunBand<TActivation>(ReadOnlySpan<float> source, int firstPixel, int rows, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int channels = _shape.OutChannels / _shape.Groups;
            int blocks = (channels + Convolution.BlockChannels - 1) / Convolution.BlockChannels;
            int blockFloats = Convolution.BlockChannels * _shape.Taps;
            int vectors = rows * _vectorsPerRow;

            // The larger operand is streamed once, the smaller one stays in the cache.
            bool weightsOutside = (long)blocks * blockFloats > (long)_groupStep;
            int outer = weightsOutside ? blocks : 1;
            int inner = weightsOutside ? 1 : blocks;
            for (int group = 0; group < _shape.Groups; group++)
            {
                ReadOnlySpan<float> groupSource = source.Slice(group * _groupStep);
                for (int o = 0; o < outer; o++)
                {
                    int done = 0;
                    while (done < vectors)
                    {
                        // Four left are two and two: a tile of one vector cannot hide the latency of its sums.
                        int left = vectors - done;
                        int width = left == 4 || left == 2 ? 2 : Math.Min(left, 3);
                        Columns columns = new(this, done, width, firstPixel);
                        for (int i = 0; i < inner; i++)
                        {
                            int block = o + i;
                            int first = (group * channels) + (block * Convolution.BlockChannels);
                            int count = Math.Min(Convolution.BlockChannels, channels - (block * Convolution.BlockChannels));
                            int weights = ((group * blocks) + block) * blockFloats;
                            RunTile(groupSource, weights, first, count, columns, activation);
                        }

                        done += width;
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void RunTile<TActivation>(
        ReadOnlySpan<float> source, int weights, int firstChannel, int channels, in Columns columns, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TileSums sums;
            Unsafe.SkipInit(out sums);
            ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(Weights), weights);
            ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), columns.Source0);
            ref int offsets = ref MemoryMarshal.GetReference(_offsets);
            int taps = _offsets.Length;
            if (columns.Count == 3)
            {
                ConvTile.Three(ref w, ref x, ref offsets, taps, columns.Source1 - columns.Source0, columns.Source2 - columns.Source0, ref sums);
            }
            else if (columns.Count == 2)
            {
                ConvTile.Two(ref w, ref x, ref offsets, taps, columns.Source1 - columns.Source0, ref sums);
            }
            else
            {
                ConvTile.One(ref w, ref x, ref offsets, taps, ref sums);
            }

            for (int r = 0; r < channels; r++)
            {
                int channel = firstChannel + r;
                Vector<float> bias = Bias.IsEmpty ? Vector<float>.Zero : new Vector<float>(Bias[channel]);
                int pixel = channel * _channelPixels;
                Finish(TileSums.At(ref sums, r, 0) + bias, pixel + columns.Target0, columns.Skip0, columns.Lanes0, activation);
                if (columns.Count > 1)
                {
                    Finish(TileSums.At(ref sums, r, 1) + bias, pixel + columns.Target1, columns.Skip1, columns.Lanes1, activation);
                }

                if (columns.Count > 2)
                {
                    Finish(TileSums.At(ref sums, r, 2) + bias, pixel + columns.Target2, columns.Skip2, columns.Lanes2, activation);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Finish<TActivation>(Vector<float> sum, int target, int skip, int lanes, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            ref float output = ref Unsafe.Add(ref MemoryMarshal.GetReference(Output), target);
            if (lanes == Vector<float>.Count)
            {
                if (!Addend.IsEmpty)
                {
                    sum += Simd.Load(ref MemoryMarshal.GetReference(Addend), target);
                }

                Simd.Store(activation.Apply(sum), ref output, 0);
                return;
            }

            if (!Addend.IsEmpty)
            {
                sum += Simd.LoadLanes(ref Unsafe.Add(ref MemoryMarshal.GetReference(Addend), target), skip, lanes);
            }

            Simd.StoreLanes(activation.Apply(sum), ref output, skip, lanes);
        }
    }

    /// <summary>Where a tile's vectors of pixels are read and written, and which of their lanes count.</summary>
    private readonly struct Columns
    {
        internal readonly int Count;
        internal readonly int Source0, Source1, Source2;
        internal readonly int Target0, Target1, Target2;
        internal readonly int Skip0, Skip1, Skip2;
        internal readonly int Lanes0, Lanes1, Lanes2;

        internal Columns(in ConvPass pass, int vector, int count, int firstPixel)
        {
            unchecked
            {
                Source1 = Source2 = Target1 = Target2 = Skip1 = Skip2 = Lanes1 = Lanes2 = 0;
                Count = count;
                int row = vector / pass._vectorsPerRow;
                int place = vector - (row * pass._vectorsPerRow);
                Locate(pass, row, place, out Source0, out Target0, out Skip0, out Lanes0);
                Target0 += firstPixel;
                if (count > 1)
                {
                    Advance(pass, ref row, ref place);
                    Locate(pass, row, place, out Source1, out Target1, out Skip1, out Lanes1);
                    Target1 += firstPixel;
                }

                if (count > 2)
                {
                    Advance(pass, ref row, ref place);
                    Locate(pass, row, place, out Source2, out Target2, out Skip2, out Lanes2);
                    Target2 += firstPixel;
                }
            }
        }

        private static void Advance(in ConvPass pass, ref int row, ref int place)
        {
            unchecked
            {
                if (++place == pass._vectorsPerRow)
                {
                    place = 0;
                    row++;
                }
            }
        }

        /// <summary>
        /// A row's last vector is moved left until it ends with the row where the row is long enough, so that nothing
        /// behind the input is read; the lanes that its left neighbour computes too are skipped, not written twice,
        /// because the addend may be the output.
        /// </summary>
        private static void Locate(in ConvPass pass, int row, int place, out int source, out int target, out int skip, out int lanes)
        {
            unchecked
            {
                int start = place * Vector<float>.Count;
                lanes = Math.Min(Vector<float>.Count, pass._rowPixels - start);
                skip = pass._rowPixels >= Vector<float>.Count ? Vector<float>.Count - lanes : 0;
                source = (row * pass._rowStep) + start - skip;
                target = (row * pass._rowPixels) + start;
            }
        }
    }
}
