#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The loops around the convolution's micro-kernels for one sample: bands of rows, chunks of pixels, groups, blocks of output
/// channels, tiles. Pixels are walked in vectors that never cross a row; three neighbouring ones and four channels make a tile.
/// </summary>
internal ref struct ConvPass
{
    internal ReadOnlySpan<float> Weights;
    internal ReadOnlySpan<float> Bias;
    internal ReadOnlySpan<float> Addend;
    internal Span<float> Output;

    private readonly ConvShape _shape;
    private readonly Span<int> _offsets;
    private readonly Span<Place> _places;
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
            _offsets = WorkspaceTables.In(workspace.Slice(0, shape.Taps));
            _places = MemoryMarshal.Cast<float, Place>(workspace.Slice(shape.Taps, 4 * ConvShape.ChunkVectors));
            _prepared = workspace.Slice(shape.Taps + (4 * ConvShape.ChunkVectors));
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
    private readonly void RunBand<TActivation>(ReadOnlySpan<float> source, int firstPixel, int rows, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int channels = _shape.OutChannels / _shape.Groups;
            int blocks = (channels + Convolution.BlockChannels - 1) / Convolution.BlockChannels;
            int blockFloats = Convolution.BlockChannels * _shape.Taps;
            int vectors = rows * _vectorsPerRow;
            int chunk = ChunkVectors();
            for (int begin = 0; begin < vectors; begin += chunk)
            {
                int count = Math.Min(chunk, vectors - begin);
                FillPlaces(begin, count, firstPixel);
                for (int group = 0; group < _shape.Groups; group++)
                {
                    ReadOnlySpan<float> groupSource = source.Slice(group * _groupStep);
                    for (int block = 0; block < blocks; block++)
                    {
                        int inGroup = block * Convolution.BlockChannels;
                        ReadOnlySpan<float> weights = Weights.Slice(((group * blocks) + block) * blockFloats, blockFloats);
                        RunBlock(
                            groupSource, weights, (group * channels) + inGroup,
                            Math.Min(Convolution.BlockChannels, channels - inGroup), count, activation);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Finds the places of a chunk's vectors. A row's last vector is moved left until it ends with the row where the row is
    /// long enough, so that nothing behind the input is read; the lanes that its left neighbour computes too are skipped,
    /// not written twice, because the addend may be the output.
    /// </summary>
    private readonly void FillPlaces(int begin, int count, int firstPixel)
    {
        unchecked
        {
            int row = begin / _vectorsPerRow;
            int column = begin % _vectorsPerRow * Vector<float>.Count;
            for (int i = 0; i < count; i++)
            {
                int lanes = Math.Min(Vector<float>.Count, _rowPixels - column);
                int skip = _rowPixels >= Vector<float>.Count ? Vector<float>.Count - lanes : 0;
                ref Place place = ref _places[i];
                place.Source = (row * _rowStep) + column - skip;
                place.Target = (row * _rowPixels) + column + firstPixel;
                place.Skip = skip;
                place.Lanes = lanes;
                column += Vector<float>.Count;
                if (column >= _rowPixels)
                {
                    column = 0;
                    row++;
                }
            }
        }
    }

    /// <summary>
    /// Vectors of pixels whose input stays in a cache while all blocks of output channels pass over it: L1 if at least one
    /// tile's does, L2 otherwise. A multiple of a tile's three.
    /// </summary>
    private readonly int ChunkVectors()
    {
        const int FirstLevelFloats = 5120;
        const int SecondLevelFloats = 49152;
        int vectorFloats = _shape.InChannels / _shape.Groups * _shape.KernelDepth * Vector<float>.Count * _shape.StrideHeight * _shape.StrideWidth;
        int level = vectorFloats * 3 <= FirstLevelFloats ? FirstLevelFloats : SecondLevelFloats;
        return Math.Min(Math.Max(level / vectorFloats / 3, 1) * 3, ConvShape.ChunkVectors);
    }

    /// <summary>Up to four output channels over the vectors of a chunk.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunBlock<TActivation>(
        ReadOnlySpan<float> source, ReadOnlySpan<float> weights, int firstChannel, int channels, int count, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TileSums sums;
            Unsafe.SkipInit(out sums);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref int offsets = ref MemoryMarshal.GetReference(_offsets);
            int taps = _offsets.Length;
            for (int done = 0; done < count;)
            {
                ref Place place = ref _places[done];
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), place.Source);

                // Four left are two and two: a tile of one vector cannot hide the latency of its sums.
                int left = count - done;
                int width = left == 4 || left == 2 ? 2 : Math.Min(left, 3);
                bool whole = place.Lanes == Vector<float>.Count;
                if (width == 3)
                {
                    ref Place second = ref Unsafe.Add(ref place, 1);
                    ref Place third = ref Unsafe.Add(ref place, 2);
                    whole &= second.Lanes + third.Lanes == 2 * Vector<float>.Count;
                    ConvTile.Three(ref w, ref x, ref offsets, taps, second.Source - place.Source, third.Source - place.Source, ref sums);
                }
                else if (width == 2)
                {
                    ref Place second = ref Unsafe.Add(ref place, 1);
                    whole &= second.Lanes == Vector<float>.Count;
                    ConvTile.Two(ref w, ref x, ref offsets, taps, second.Source - place.Source, ref sums);
                }
                else
                {
                    ConvTile.One(ref w, ref x, ref offsets, taps, ref sums);
                }

                FinishTile(ref sums, ref place, width, whole, firstChannel, channels, activation);
                done += width;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FinishTile<TActivation>(
        ref TileSums sums, ref Place place, int width, bool whole, int firstChannel, int channels, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            for (int r = 0; r < channels; r++)
            {
                int channel = firstChannel + r;
                Vector<float> bias = Bias.IsEmpty ? Vector<float>.Zero : new Vector<float>(Bias[channel]);
                if (whole && Addend.IsEmpty)
                {
                    ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(Output), channel * _channelPixels);
                    for (int v = 0; v < width; v++)
                    {
                        Simd.Store(activation.Apply(TileSums.At(ref sums, r, v) + bias), ref to, Unsafe.Add(ref place, v).Target);
                    }
                }
                else
                {
                    for (int v = 0; v < width; v++)
                    {
                        ref Place at = ref Unsafe.Add(ref place, v);
                        Finish(TileSums.At(ref sums, r, v) + bias, (channel * _channelPixels) + at.Target, at.Skip, at.Lanes, activation);
                    }
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

    /// <summary>Where one vector of pixels is read and written, and which of its lanes count.</summary>
    private struct Place
    {
        internal int Source;
        internal int Target;
        internal int Skip;
        internal int Lanes;
    }
}
