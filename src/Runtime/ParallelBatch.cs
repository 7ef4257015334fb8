#nullable enable
using System;
using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace RedGen.Runtime;

/// <summary>Divides the runs of a batch among threads. Which thread computes a run makes no difference to what it gives.</summary>
public static class ParallelBatch
{
    /// <summary>Computes all runs, the caller's thread among those that work.</summary>
    /// <typeparam name="T">The element type of the scratch memory.</typeparam>
    /// <param name="count">How many runs.</param>
    /// <param name="grain">How many runs a thread takes at a time: enough that taking them costs nothing beside.</param>
    /// <param name="scratchLength">Elements of scratch memory of a thread.</param>
    /// <param name="options">How many threads at most, their scheduler, and what cancels.</param>
    /// <param name="run">Computes the runs from the first number up to the second, without it, in scratch memory that no other thread uses.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; some runs have been computed, others not.</exception>
    public static void Run<T>(int count, int grain, int scratchLength, ParallelOptions options, Action<int, int, T[]> run)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        CancellationToken token = options.CancellationToken;
        token.ThrowIfCancellationRequested();
        int most = options.MaxDegreeOfParallelism > 0 ? options.MaxDegreeOfParallelism : Environment.ProcessorCount;
        int threads = Math.Min(most, (count / grain) + (count % grain > 0 ? 1 : 0));
        var queue = new Queue<T>(count, grain, scratchLength, run, token);
        if (threads <= 1)
        {
            queue.Work();
        }
        else
        {
            RunOn(threads, queue, options);
        }

        token.ThrowIfCancellationRequested();
    }

    /// <summary>An exception of a run comes out as it would on one thread.</summary>
    private static void RunOn<T>(int threads, Queue<T> queue, ParallelOptions options)
    {
        try
        {
            Parallel.For(0, threads, options, _ => queue.Work());
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Capture(failures.InnerExceptions[0]).Throw();
        }
    }

    /// <summary>The runs that no thread has taken yet.</summary>
    private sealed class Queue<T>
    {
        private readonly int _count;
        private readonly int _grain;
        private readonly int _scratchLength;
        private readonly Action<int, int, T[]> _run;
        private readonly CancellationToken _token;
        private long _taken;

        public Queue(int count, int grain, int scratchLength, Action<int, int, T[]> run, CancellationToken token)
        {
            _count = count;
            _grain = grain;
            _scratchLength = scratchLength;
            _run = run;
            _token = token;
        }

        /// <summary>Computes runs as long as there are any.</summary>
        public void Work()
        {
            T[] scratch = ArrayPool<T>.Shared.Rent(_scratchLength);
            try
            {
                while (!_token.IsCancellationRequested)
                {
                    long first = Interlocked.Add(ref _taken, _grain) - _grain;
                    if (first >= _count)
                    {
                        break;
                    }

                    _run((int)first, (int)Math.Min(first + _grain, _count), scratch);
                }
            }
            catch
            {
                // The others stop too: their results are of no use any more.
                Interlocked.Exchange(ref _taken, _count);
                throw;
            }
            finally
            {
                ArrayPool<T>.Shared.Return(scratch);
            }
        }
    }
}
