#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The loop over the blocks of one Winograd convolution: inputs are transformed, multiplied point by point, and transformed back.</summary>
/// <typeparam name="TLanes">The vector.</typeparam>
internal static class WinogradPass<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Computes all blocks.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend, Span<float> output,
        Span<float> workspace, in WinogradPlan plan, in ConvShape shape, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            workspace = workspace.Slice(Simd.ToLine(workspace));
            workspace.Slice(0, plan.InStart).Clear();
            bias.Slice(0, Math.Min(bias.Length, shape.OutChannels)).CopyTo(workspace);
            Span<int> tables = WorkspaceTables.In(workspace.Slice(plan.TableStart, WinogradProduct.TableLength));
            WinogradProduct.FillTables(tables, plan.InStride);
            ref float transformed = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), plan.InStart);
            ref float products = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), plan.OutStart);
            WinogradWriter<TLanes> writer = new(plan, shape, workspace, addend, output, Bounds.Of(activation));
            int first = LayerShare.Rows(plan.TileRows, 1, out int end);
            for (int row = first; row < end; row += plan.BlockRows)
            {
                int rows = Math.Min(plan.BlockRows, end - row);
                for (int column = 0; column < plan.TilesPerRow; column += plan.BlockColumns)
                {
                    int columns = Math.Min(plan.BlockColumns, plan.TilesPerRow - column);
                    WinogradInput.Transform<TLanes>(input, workspace, plan, shape, row, rows, column, columns);
                    WinogradProduct.Multiply<TLanes>(ref transformed, weights, ref products, tables, plan, shape.InChannels, rows * columns);
                    WinogradOutput.Combine<TLanes>(ref products, plan, rows * columns);
                    writer.Write(row, rows, column, columns, activation);
                }
            }
        }
    }
}
