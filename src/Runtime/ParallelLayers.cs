#nullable enable
using System;
using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace RedGen.Runtime;

/// <summary>Runs a network once on several threads, which divide its large layers among them. The results are the same bits on any number of threads.</summary>
public static class ParallelLayers
{
    /// <summary>Shares of a layer for each thread: one that is held up leaves some to the others.</summary>
    private const int SharesPerThread = 2;

    /// <summary>More threads than this have no share of their own; the number of shares stays within what <see cref="LayerProgress"/> counts to.</summary>
    private const int MostThreads = 256;

    /// <summary>Runs the network, the caller's thread among those that work.</summary>
    /// <typeparam name="T">The element type of the scratch memory.</typeparam>
    /// <param name="scratchLength">Elements of scratch memory that the threads share: the layers' values.</param>
    /// <param name="workspaceLength">Elements that each thread has for itself.</param>
    /// <param name="options">How many threads at most, their scheduler, and what cancels.</param>
    /// <param name="run">Goes through all layers, in the shared memory and the thread's own.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; outputs may be written in part.</exception>
    public static void Run<T>(int scratchLength, int workspaceLength, ParallelOptions options, Action<LayerWorker, T[], T[]> run)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        CancellationToken token = options.CancellationToken;
        token.ThrowIfCancellationRequested();
        int threads = Math.Min(MostThreads, options.MaxDegreeOfParallelism > 0 ? options.MaxDegreeOfParallelism : Environment.ProcessorCount);
        var progress = new LayerProgress(threads == 1 ? 1 : SharesPerThread * threads, token);
        T[] scratch = ArrayPool<T>.Shared.Rent(scratchLength);
        try
        {
            if (threads == 1)
            {
                Work(progress, scratch, workspaceLength, run);
            }
            else
            {
                RunOn(threads, options, progress, () => Work(progress, scratch, workspaceLength, run));
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(scratch);
        }
    }

    /// <summary>An exception of a layer comes out as it would on one thread.</summary>
    private static void RunOn(int threads, ParallelOptions options, LayerProgress progress, Action work)
    {
        try
        {
            Parallel.For(0, threads, options, _ => work());
        }
        catch (AggregateException) when (progress.Failure is not null)
        {
            ExceptionDispatchInfo.Capture(progress.Failure!).Throw();
        }
    }

    private static void Work<T>(LayerProgress progress, T[] scratch, int workspaceLength, Action<LayerWorker, T[], T[]> run)
    {
        T[] workspace = ArrayPool<T>.Shared.Rent(workspaceLength);
        var worker = new LayerWorker(progress, progress.TryLead());
        try
        {
            run(worker, scratch, workspace);
        }
        catch (Exception failure)
        {
            progress.Fail(failure);
            throw;
        }
        finally
        {
            LayerShare.Clear();
            if (worker.Leads)
            {
                progress.Finish();
            }

            ArrayPool<T>.Shared.Return(workspace);
        }
    }
}
